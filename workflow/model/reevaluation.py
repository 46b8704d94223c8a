"""What an operator sets for the scheduled re-evaluation of costs (`policies/data/reevaluation`)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from workflow.model.base import Cloud, Noun
from workflow.model.principal import Name

Text = Annotated[str, Field(min_length=1)]
Cents = Annotated[int, Field(ge=0, le=9_000_000_000_000_000)]


class Asking(Noun):
    """Whose yes a proposal takes, and for how many hours it can be given."""

    roles: list[Text] = Field(min_length=1)
    people: int = Field(ge=1, le=20)
    own: bool
    hours: int = Field(ge=1, le=744)


class Commitment(Noun):
    """Machines of these families that a tenant pays in a cloud until a day, whether it uses them or not."""

    tenant: Name
    cloud: Cloud
    families: list[Text] = Field(min_length=1)
    until: date


class Route(Noun):
    """The DNS record by which a project's clients come, and its target in each cloud. Fields as in failover_route."""

    tenant: Name
    project: Name
    cloud: Cloud
    region: Text
    zone: Text
    record: Text
    type: Literal["A", "AAAA", "CNAME"]
    targets: dict[Cloud, Text] = Field(min_length=1)


class Reevaluation(Noun):
    """When a deployment is moved, and who is asked.

    A saving counts from `saving_cents_month` and from `saving_percent` of what is paid, both. Once found it is kept
    until it falls below `keep_percent` of that, and acted on after `hold_hours`. What it costs to move must come back
    within `payback_hours`; `overlap_hours` both places run, and `effort_cents` is what a move costs beside. For
    `settle_hours` after a move or a no nothing more is done. `roles` are what the schedule acts with.
    """

    action: Literal["propose", "move"]
    every_minutes: int = Field(ge=1, le=44_640)
    saving_cents_month: int = Field(ge=1, le=9_000_000_000_000_000)
    saving_percent: int = Field(ge=1, le=100)
    keep_percent: int = Field(ge=0, le=100)
    hold_hours: int = Field(ge=0, le=8_760)
    settle_hours: int = Field(ge=1, le=8_760)
    payback_hours: int = Field(ge=1, le=87_600)
    overlap_hours: int = Field(ge=0, le=744)
    effort_cents: Cents
    roles: list[Text] = Field(min_length=1)
    approval: Asking
    commitments: list[Commitment]
    routes: list[Route]

    @model_validator(mode="after")
    def _one_record_each(self) -> Self:
        known = [(route.tenant, route.project) for route in self.routes]
        if len(known) != len(set(known)):
            raise ValueError("a project has one route")
        return self
