"""Move traffic between the targets of a routing policy in Cloud DNS."""

from __future__ import annotations

from mcp_handlers.gcp import moves, routes
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools.failover_route import Input, Output, insist_healthy, moved
from workflow.model.base import Json
from workflow.model.errors import NotFound, Rejected, Throttled

PERMISSIONS = (
    "compute.forwardingRules.list",
    "compute.regionBackendServices.get",
    "dns.changes.create",
    "dns.managedZones.get",
    "dns.resourceRecordSets.create",
    "dns.resourceRecordSets.get",
    "dns.resourceRecordSets.update",
)
_MOST, _DIGITS = 1000, 3
_ANY = 2.0**-1000
"""Every weight is a multiple of it."""
_TRIES = 20


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Weights and a note of what was before change together, and only if both are still what was read.

    Raises TollgateError; Throttled where others are faster each time.
    """
    for _ in range(_TRIES):
        done = _try(wanted, clients, key)
        if done is not None:
            return done
    raise Throttled(f"gcp: {wanted.name} is changed by others all the while")


def _try(wanted: Input, clients: Clients, key: str) -> Output | None:
    """None where another call was faster."""
    # The weights are read before the notes: without a note, nothing of this call had been done when they were read.
    zone = routes.zone(clients, wanted.region, wanted.zone, wanted.tenant)
    found = routes.record(clients, wanted.region, wanted.zone, wanted.name, wanted.type)
    notes = moves.read(clients, wanted, zone)
    now, kept = routes.weights(found), moves.recalled(notes, wanted, key)
    before = now if kept is None else {**now, **kept}
    after = _planned(wanted, before)
    state = routes.health(clients, found, wanted.to_target)
    if kept is None:
        insist_healthy(wanted, state)
        changes = [(found, routes.reset(found, after)), (notes, moves.told(notes, wanted, zone, before, key))]
        if not _replaced(wanted, clients, changes):
            return None
    return Output(resource=wanted.resource("gcp"), before=before, after=after, health=state)


def _planned(wanted: Input, before: dict[str, float]) -> dict[str, float]:
    """A share is moved in thousandths, of weights that may be finer; weights that are given are set as they are."""
    if not wanted.weights:
        coarse = {name: round(carries, _DIGITS) for name, carries in before.items()}
        after = moved(wanted, coarse, most=_MOST, step=10**-_DIGITS)
        return {**before, **{name: after[name] for name in wanted.touched}}
    if not any({**before, **wanted.weights}.values()):
        raise Rejected(f"gcp: no target of {wanted.name} would carry anything", "Give one of them a weight above 0.")
    return moved(wanted, before, most=_MOST, step=_ANY)


def _replaced(wanted: Input, clients: Clients, changes: list[tuple[Json | None, Json]]) -> bool:
    """True once all are changed, in one; False where one was no longer what was read, and none is changed."""
    real = [(old, new) for old, new in changes if old != new]
    body = {"deletions": [old for old, _ in real if old is not None], "additions": [new for _, new in real]}
    try:
        clients.dns("POST", f"{wanted.zone}/changes", body, region=wanted.region)
    except (Rejected, NotFound):
        zone = routes.zone(clients, wanted.region, wanted.zone, wanted.tenant)
        found = routes.record(clients, wanted.region, wanted.zone, wanted.name, wanted.type)
        if [found, moves.read(clients, wanted, zone)] == [old for old, _ in changes]:
            raise
        return False
    return True
