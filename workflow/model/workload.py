"""What was asked for: the Request as it came in, and the Workload that was read from it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from workflow.model.base import Cloud, Noun
from workflow.model.due import Due
from workflow.model.principal import Name, Principal

Kind = Literal["training", "serving", "batch", "service", "storage"]
Recurrence = Literal["hourly", "daily", "weekdays", "weekly", "monthly", "quarterly", "yearly"]
MAX_TEXT = 8_000
"""The longest request text, in characters. A page of prose is about 3,000."""


Until = Literal["running", "ended"]


class Request(Noun):
    """One demand in somebody's words. `text` is data: nothing in it can widen what the gate allows.

    `until`: whether the run ends when its job runs, or looks after it until the job has ended.
    """

    id: str
    text: str = Field(min_length=1, max_length=MAX_TEXT)
    principal: Principal
    project: Name = "default"
    environment: Literal["development", "staging", "production"] = "development"
    submitted_at: datetime
    until: Until = "running"


class Words(Noun):
    """The phrases of a request that one field was read from, in the order of the text."""

    field: str
    text: tuple[str, ...]


class Workload(Noun):
    """What is needed, as read from a request's words. `docs/workload.md` has the reading rules.

    Sizes are per node: `vcpus`, `memory_gib` and `storage_gib` in GiB, `gpu_count` GPUs of type `gpu`
    (None: any type). `hours` is the work's length, `deadline_hours` the time it must be done in.
    `budget_usd` is the cap as asked, in US dollars per `budget_per`; cents begin at `budget_cents`.
    `residency` lists jurisdictions of which any one satisfies the demand.

    The fields after `personal_data` keep what the labels of a labelled request (`LABELLED`) cannot say: what was ruled
    out by name, a GPU of any type, how often the work comes again, whether it keeps state, and a deadline by the
    calendar, which becomes hours when it is known when it was said (`due.moment`). `words` are the phrases that the
    fields were read from.
    """

    kind: Kind
    vcpus: int | None = Field(default=None, ge=1, le=100_000)
    memory_gib: float | None = Field(default=None, gt=0, le=1_000_000)
    gpu: str | None = None
    gpu_count: int = Field(default=0, ge=0, le=10_000)
    nodes: int = Field(default=1, ge=1, le=100_000)
    hours: float | None = Field(default=None, gt=0, le=1_000_000)
    deadline_hours: float | None = Field(default=None, gt=0, le=1_000_000)
    budget_usd: float | None = Field(default=None, ge=0, le=1e12)
    budget_per: Literal["run", "hour", "month"] | None = None
    residency: tuple[str, ...] = ()
    near: str | None = None
    regions: tuple[str, ...] = ()
    clouds: tuple[Cloud, ...] = ()
    purchase: Literal["any", "spot", "on_demand"] = "any"
    max_latency_ms: float | None = Field(default=None, gt=0)
    storage_gib: float | None = Field(default=None, gt=0, le=1e9)
    personal_data: bool = False
    excluded_regions: tuple[str, ...] = ()
    excluded_clouds: tuple[Cloud, ...] = ()
    any_gpu: bool = False
    recurs: Recurrence | None = None
    stateful: bool = False
    due: Due | None = None
    words: tuple[Words, ...] = ()

    @property
    def budget_cents(self) -> int | None:
        """The cap in whole cents, rounded down, so that a cap is never exceeded by rounding."""
        return None if self.budget_usd is None else int(self.budget_usd * 100 + 1e-6)


LABELLED = tuple(Workload.model_fields)[: tuple(Workload.model_fields).index("personal_data") + 1]
"""The fields that labelled requests and a model's answer have."""
