"""A run: the Run that is on its way, and the Record that closes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import model_validator

from workflow.model.base import Cloud, Noun
from workflow.model.decision import Decision
from workflow.model.offer import Exclusion, Offer
from workflow.model.resource import Health, Resource
from workflow.model.workload import Request, Workload

State = Literal["running", "waiting", "succeeded", "denied", "failed"]


class Savings(Noun):
    """What the choice saved, in cents of expected bill, against the other compliant candidates."""

    compliant: int
    against_dearest_cents: int
    against_median_cents: int


class Remnant(Noun):
    """What a rollback could not take back. `certain` False: it may have been made, and nobody could say.

    `tool` is the call that failed, and `key` the effect that was to be taken back: it is in the resource's tags.
    """

    resource: Resource | None
    tool: str = ""
    cloud: Cloud
    region: str
    key: str = ""
    certain: bool = True
    code: str = ""
    message: str = ""
    remedy: str = "Release it in the cloud's own console."

    @model_validator(mode="before")
    @classmethod
    def _read_older(cls, told: Any) -> Any:
        """Older records name the resource alone, older checkpoints the resource and the error."""
        if not isinstance(told, dict) or ("cloud" in told and "kind" not in told):
            return told
        resource, rest = (told, {}) if "kind" in told else (told["resource"], told)
        return {**rest, "resource": resource, "cloud": resource["cloud"], "region": resource["region"]}


class Record(Noun):
    """The ledger's last entry about a run, and the result that is saved as JSON."""

    run: str
    state: Literal["succeeded", "denied", "failed"]
    request: Request
    workload: Workload | None
    assumptions: tuple[str, ...] = ()
    offer: Offer | None = None
    cost_cents: int = 0
    savings: Savings | None = None
    plan_digest: str = ""
    decision: Decision | None = None
    resources: tuple[Resource, ...] = ()
    health: tuple[Health, ...] = ()
    left_behind: tuple[Remnant, ...] = ()
    """What a rollback could not take away, and a person or the cleaner must."""
    exclusions: tuple[Exclusion, ...] = ()
    code: str = ""
    """The error's or the first violation's code; empty for a success."""
    reason: str
    remedy: str = ""
    started_at: datetime
    finished_at: datetime


class Run(Noun):
    """One request on its way. `record` is set when it has ended. `waits_for` says why it waits where that is no person:
    an error's code and words."""

    id: str
    tenant: str
    state: State
    request: Request
    record: Record | None = None
    waits_for: str = ""
    created_at: datetime
    updated_at: datetime
