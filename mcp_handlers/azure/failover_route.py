"""Move traffic between the endpoints of a Traffic Manager profile."""

from __future__ import annotations

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.errors import translated
from mcp_handlers.azure.labels import PREFIX
from mcp_handlers.azure.routes import PROFILE, find, health, reset, weights
from mcp_handlers.tools.failover_route import Input, Output, insist_healthy, moved, note, note_name, recalled
from workflow.model.errors import NotFound

PERMISSIONS = (
    "Microsoft.Network/trafficManagerProfiles/read",
    "Microsoft.Network/trafficManagerProfiles/write",
)
_MOST = 1000


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """The endpoints and the note of what was before (a tag, with the key) change in one write."""
    with translated(clients, wanted.region):
        profile = find(clients, wanted.zone, wanted.name, wanted.tenant)
    if profile is None:
        raise NotFound(f"There is no profile {wanted.zone} that answers for {wanted.name}.")
    tag, tags = PREFIX + note_name(wanted), profile.get("tags") or {}
    kept, now = recalled(wanted, tags.get(tag, ""), key), weights(profile)
    before = now if kept is None else {**now, **kept}
    after = moved(wanted, before, most=_MOST)
    state = health(profile, wanted.to_target)
    if kept is None:
        insist_healthy(wanted, state)
        changed = {**reset(profile, after), "tags": {**tags, tag: note(wanted, before, key)}}
        with translated(clients, wanted.region, writes=True):
            clients.arm.put(clients.id(PROFILE, wanted.zone), changed)
    return Output(resource=wanted.resource("azure"), before=before, after=after, health=state)
