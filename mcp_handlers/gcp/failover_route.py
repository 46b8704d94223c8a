"""Move traffic between the targets of a routing policy in Cloud DNS."""

from __future__ import annotations

from mcp_handlers.gcp import routes
from mcp_handlers.gcp.client import Clients
from mcp_handlers.gcp.naming import TENANT
from mcp_handlers.tools.failover_route import Input, Output, insist_healthy, moved, note, note_name, recalled
from workflow.model.base import Json
from workflow.model.errors import Rejected

PERMISSIONS = (
    "compute.forwardingRules.list",
    "compute.regionBackendServices.get",
    "dns.changes.create",
    "dns.managedZones.get",
    "dns.managedZones.update",
    "dns.resourceRecordSets.get",
    "dns.resourceRecordSets.update",
)
_MOST, _STEP = 1000, 0.001
_TRIES = 5
_NOTE = TENANT.partition("-")[0] + "-"


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """The record is replaced only if it is still what was read. What was before is noted in the zone's labels first."""
    for _ in range(_TRIES):
        done = _try(wanted, clients, key)
        if done is not None:
            return done
    raise Rejected(f"gcp: {wanted.name} is changed by others all the while", "Try again when they are done.")


def _try(wanted: Input, clients: Clients, key: str) -> Output | None:
    """None where another call was faster."""
    # The weights are read before the note: without a note, nothing of this call had been done when they were read.
    routes.zone(clients, wanted.region, wanted.zone, wanted.tenant)
    found = routes.record(clients, wanted.region, wanted.zone, wanted.name, wanted.type)
    zone = routes.zone(clients, wanted.region, wanted.zone, wanted.tenant)
    now, label = routes.weights(found), _NOTE + note_name(wanted)
    kept = recalled(wanted, zone["labels"].get(label, ""), key)
    before = now if kept is None else {**now, **kept}
    after = moved(wanted, before, most=_MOST, step=_STEP)
    state = routes.health(clients, found, wanted.to_target)
    if kept is None or all(now[name] == before[name] for name in wanted.touched):
        insist_healthy(wanted, state)
        changed = routes.reset(found, after)
        if kept is None:
            labels = {**zone["labels"], label: note(wanted, before, key)}
            clients.dns("PATCH", wanted.zone, {"labels": labels}, region=wanted.region)
        if changed != found and not _replaced(wanted, clients, found, changed):
            return None
    return Output(resource=wanted.resource("gcp"), before=before, after=after, health=state)


def _replaced(wanted: Input, clients: Clients, found: Json, changed: Json) -> bool:
    body = {"deletions": [found], "additions": [changed]}
    try:
        clients.dns("POST", f"{wanted.zone}/changes", body, region=wanted.region)
    except Rejected:
        now = routes.record(clients, wanted.region, wanted.zone, wanted.name, wanted.type)
        if now == found:
            raise
        return False
    return True
