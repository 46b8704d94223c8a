"""What a run did so far, as far as it bears on the next call: what it spent, and what is its own to take back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from policies.engine.question import Call
from workflow.model.ports import Reservation, Store
from workflow.model.principal import Principal
from workflow.model.resource import Resource
from workflow.model.run import Record


def run_cents(reservations: Iterable[Reservation], *, without: Collection[str]) -> int:
    """Money of a run that is held or spent, in cents, leaving out the reservations whose keys are in `without`."""
    return sum(held.cents for held in reservations if held.state != "released" and held.key not in without)


async def takes_back(store: Store, principal: Principal, run: str, call: Call, now: datetime) -> bool:
    """Whether the call destroys what this run of this principal made, while the run is still on its way.

    Only then does it leave the world as it was before the run. What an ended run left is somebody's by now, but for
    what the run itself could not take back, and for what was agreed to last until a time that is over.
    """
    if call.risk != "destructive":
        return False
    found = await store.get_run(run)
    if found is not None and found.record is not None and found.tenant == principal.tenant:
        return _left(found.record, call) or await _expired(store, run, call, now)
    if found is None or found.state != "running" or found.request.principal.id != principal.id:
        return False
    made = [
        resource.model_dump(mode="json")
        for receipt in await store.list_receipts(run)
        if receipt.cloud == call.cloud
        for resource in receipt.resources
    ]
    return call.arguments.get("resource") in made


def _left(record: Record, call: Call) -> bool:
    """Whether it is what the run wanted to take back and could not."""
    left = [one.resource for one in record.left_behind if one.resource is not None]
    return any(_same(resource, call) for resource in left)


async def _expired(store: Store, run: str, call: Call, now: datetime) -> bool:
    """Whether the run asked for it until a time that is over, as the gate was told then."""
    keys = {receipt.key for receipt in await store.list_receipts(run) if any(_same(r, call) for r in receipt.resources)}
    for entry in await store.entries(run=run) if keys else ():
        body = entry.event.body
        if entry.event.kind == "call.decided" and body["key"] in keys:
            expires = (body["question"]["resource"].get("tags") or {}).get("expires_at")
            return expires is not None and datetime.fromisoformat(expires) <= now
    return False


def _same(resource: Resource, call: Call) -> bool:
    """A listing may know a zone where a receipt does not."""
    asked = call.arguments.get("resource") or {}
    mine = resource.model_dump(mode="json", exclude={"zone"})
    return call.cloud == resource.cloud and mine == {name: asked.get(name) for name in mine}
