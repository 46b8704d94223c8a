"""What a run did so far, as far as it bears on the next call: what it spent, and what is its own to take back."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from policies.engine.question import Call
from workflow.model.ports import Reservation, Store
from workflow.model.workload import Principal


def run_cents(reservations: Iterable[Reservation], *, without: Collection[str]) -> int:
    """Money of a run that is held or spent, in cents, leaving out the reservations whose keys are in `without`."""
    return sum(held.cents for held in reservations if held.state != "released" and held.key not in without)


async def takes_back(store: Store, principal: Principal, run: str, call: Call) -> bool:
    """Whether the call destroys what this run of this principal made, while the run is still on its way.

    Only then does it leave the world as it was before the run. What an ended run left is somebody's by now.
    """
    if call.risk != "destructive":
        return False
    found = await store.get_run(run)
    if found is None or found.state != "running" or found.request.principal.id != principal.id:
        return False
    made = [
        resource.model_dump(mode="json")
        for receipt in await store.list_receipts(run)
        if receipt.cloud == call.cloud
        for resource in receipt.resources
    ]
    return call.arguments.get("resource") in made
