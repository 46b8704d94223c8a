"""What came of it: receipts of effects, health, the Run that carries them and the Record that closes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from workflow.model.base import Cloud, Json, Noun
from workflow.model.decision import Decision
from workflow.model.offer import Offer
from workflow.model.workload import Request, Workload

ResourceKind = Literal["instance", "volume", "bucket", "job", "secret", "route", "endpoint", "nodepool"]
State = Literal["running", "waiting", "succeeded", "denied", "failed"]


class Resource(Noun):
    """Something that exists in a cloud. `id` is the cloud's own name for it, enough to find it again with region
    and zone."""

    cloud: Cloud
    kind: ResourceKind
    id: str
    region: str
    zone: str = ""


class Receipt(Noun):
    """What one effect did. The same `key` always has the same receipt."""

    key: str
    run: str
    step: str
    tool: str
    version: int = Field(default=1, exclude_if=lambda version: version == 1)
    """Of the tool's contract, that the arguments and the output are in. Left out where it is the first."""
    cloud: Cloud
    arguments_digest: str
    decision_digest: str
    policy_revision: str
    output: Json
    resources: tuple[Resource, ...]
    started_at: datetime
    finished_at: datetime


class Health(Noun):
    """The real state of one resource: `pending` may still become healthy, `gone` does not exist, and `reclaimed` was a
    spot machine that the cloud took back."""

    resource: Resource
    status: Literal["healthy", "pending", "unhealthy", "gone", "finished", "reclaimed"]
    detail: str
    checked_at: datetime


class Exclusion(Noun):
    """A place that a run will not try again, and why. Empty fields match anything."""

    cloud: Cloud
    region: str = ""
    zone: str = ""
    machine: str = ""
    purchase: str = ""
    reason: str

    def covers(self, offer: Offer) -> bool:
        """True where `offer` lies in the excluded place."""
        pairs = (
            (self.cloud, offer.cloud), (self.region, offer.region), (self.zone, offer.zone),
            (self.machine, offer.machine), (self.purchase, offer.purchase),
        )  # fmt: skip
        return all(not mine or mine == theirs for mine, theirs in pairs)


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
