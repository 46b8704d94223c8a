"""What exists in a cloud, the receipt of the effect that made it, and how it fares."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from workflow.model.base import Cloud, Json, Noun

ResourceKind = Literal["instance", "volume", "bucket", "job", "secret", "route", "endpoint", "nodepool"]


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
