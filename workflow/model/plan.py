"""What is to be done: an ordered tuple of tool calls, each with the key of its effect, and a digest over all."""

from __future__ import annotations

from functools import cached_property

from pydantic import Field

from workflow.model.base import Cloud, Json, Noun, digest
from workflow.model.offer import Offer


def effect_key(tenant: str, run: str, step: str, tool: str, cloud: str, arguments: Json) -> str:
    """The name of an effect, made from what the effect is: 40 hex digits.

    The same call by the same run and step has the same key however often it is sent; another argument, another key.
    """
    return digest([tenant, run, step, tool, cloud, digest(arguments)])[:40]


class Step(Noun):
    """One tool call. `arguments` are those of the tool's Input at `version` of its contract; `cost_cents` is what
    the step is expected to cost in all."""

    name: str
    tool: str
    cloud: Cloud
    arguments: Json
    key: str
    cost_cents: int = Field(ge=0)
    version: int = Field(default=1, exclude_if=lambda version: version == 1)


class Cost(Noun):
    """An offer priced for one workload, in microdollars for the whole stay, all nodes.

    `rework` is the expected price of work lost to spot interruptions: it ranks offers but is not paid to anyone, so
    `total` leaves it out. `hours` is the time reckoned with.
    """

    hours: float
    compute: int
    fee: int
    storage: int
    egress: int
    rework: int

    @property
    def total(self) -> int:
        """What the bill is expected to say."""
        return self.compute + self.fee + self.storage + self.egress

    @property
    def ranked(self) -> int:
        """What offers are compared by: the bill and the expected rework."""
        return self.total + self.rework


class Plan(Noun):
    """Exactly what would be done, where, and for how much. `digest` is what an approval names."""

    run: str
    attempt: int
    offer: Offer
    cost: Cost
    steps: tuple[Step, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything in the plan."""
        return digest(self.model_dump(mode="json"))
