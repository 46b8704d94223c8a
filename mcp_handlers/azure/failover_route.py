"""Move traffic between the endpoints of a Traffic Manager profile."""

from __future__ import annotations

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.errors import translated
from mcp_handlers.azure.labels import PREFIX
from mcp_handlers.azure.routes import PROFILE, find, health, insist_probed, reset, weights
from mcp_handlers.tools.failover_route import Input, Output, insist_healthy, moved, note, note_name, recalled
from workflow.model.base import Json
from workflow.model.errors import NotFound, Throttled

PERMISSIONS = (
    "Microsoft.Network/trafficManagerProfiles/read",
    "Microsoft.Network/trafficManagerProfiles/write",
)
_MOST = 1000
_CHANGED = 412
_TRIES = 10
"""How often it is decided again when others change the same profile meanwhile. Each time one of them gets through."""


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """The endpoints and the note of what was before (a tag, with the key) change in one write."""
    for _ in range(_TRIES):
        with translated(clients, wanted.region):
            profile = find(clients, wanted.zone, wanted.name, wanted.tenant)
        if profile is None:
            raise NotFound(f"There is no profile {wanted.zone} that answers for {wanted.name}.")
        tag, tags = PREFIX + note_name(wanted), profile.get("tags") or {}
        kept, now = recalled(wanted, tags.get(tag, ""), key), weights(profile)
        before = now if kept is None else {**now, **kept}
        after = moved(wanted, before, most=_MOST)
        state = health(profile, wanted.to_target)
        done = Output(resource=wanted.resource("azure"), before=before, after=after, health=state)
        if kept is not None:
            return done
        insist_probed(wanted, profile)
        insist_healthy(wanted, state)
        changed = {**reset(profile, after), "tags": {**tags, tag: note(wanted, before, key)}}
        if _written(wanted, clients, profile, changed):
            return done
    raise Throttled(
        f"The profile {wanted.zone} was changed by others all the while; this move was not done.",
        "Send it again when the others are done.",
    )


def _written(wanted: Input, clients: Clients, profile: Json, changed: Json) -> bool:
    """Put the profile, if it is still the one that was read. False where it is not."""
    from azure.core.exceptions import HttpResponseError

    with translated(clients, wanted.region, writes=True):
        try:
            clients.arm.put(clients.id(PROFILE, wanted.zone), changed, etag=str(profile.get("etag") or ""))
        except HttpResponseError as error:
            if error.status_code != _CHANGED:
                raise
            return False
    return True
