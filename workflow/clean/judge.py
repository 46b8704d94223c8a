"""Whether a resource is idle, from its tags and from what the store knows of it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from mcp_handlers.tools.list_resources import Owned
from workflow.control.occasion import DIRECT
from workflow.model.resource import Receipt, Resource
from workflow.model.run import Record, Run

YOUNG = timedelta(hours=1)
"""What is younger and has no receipt may just be being made: no call takes longer."""


def idle(owned: Owned, receipt: Receipt | None, run: Run | None, now: datetime) -> str:
    """Why it is to be released; empty where it is in use, or may be.

    `receipt` is that of the effect that its tags name; `run` is the receipt's, else the one that its tags name.
    """
    over = _over(owned, receipt, run)
    if over is not None and over <= now:
        return f"its time was over at {over:%Y-%m-%d %H:%M} UTC"
    if run is not None:
        return _of_run(owned.resource, run, run.record) if run.record is not None else ""
    if receipt is not None:
        return "" if receipt.run.startswith(DIRECT) else f"run {receipt.run}, which made it, is not known any more"
    young = owned.created_at is None or now - owned.created_at < YOUNG
    return "" if young else "no run and no receipt knows of it"


def _over(owned: Owned, receipt: Receipt | None, run: Run | None) -> datetime | None:
    """When its time is over. The tag counts from the request; a run that waited for people or for cheaper hours made it
    later, and it has as long from then on."""
    if owned.expires_at is None or receipt is None or run is None:
        return owned.expires_at
    return max(owned.expires_at, receipt.finished_at + (owned.expires_at - run.request.submitted_at))


def _of_run(resource: Resource, run: Run, record: Record) -> str:
    if any(same(resource, left.resource) for left in record.left_behind if left.resource):
        return f"run {run.id} could not take it back"
    if any(same(resource, kept) for kept in record.resources):
        return ""
    return f"run {run.id} ended ({record.state}) without it"


def same(one: Resource, other: Resource) -> bool:
    """Whether both name the same thing. A receipt may know no zone where a listing does."""
    return (one.cloud, one.kind, one.region, one.id) == (other.cloud, other.kind, other.region, other.id)
