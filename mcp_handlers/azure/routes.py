"""Traffic Manager profiles: whose they are, what each endpoint carries, and how it is.

An endpoint cannot have the weight 0, so one that carries nothing is disabled; and then nobody watches its health.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.labels import TENANT
from mcp_handlers.tools.failover_route import Health, Input, Standing, parts, standing
from workflow.model.base import Json
from workflow.model.errors import NotFound, Rejected
from workflow.model.resource import Resource

PROFILE = "Microsoft.Network/trafficManagerProfiles"
_STATES: dict[str, Health] = {"Online": "healthy", "Degraded": "unhealthy", "Stopped": "unhealthy"}


def find(clients: Clients, profile: str, name: str, tenant: str) -> Json | None:
    """The profile that answers for `name`, or None. Raises NotFound where it is not `tenant`'s."""
    found = clients.arm.find(clients.id(PROFILE, profile))
    if found is None or found["properties"]["dnsConfig"]["fqdn"].lower() != name:
        return None
    if (found.get("tags") or {}).get(TENANT) != tenant:
        raise NotFound(f"There is no route {name} of tenant {tenant}.")
    return found


def weights(profile: Json) -> dict[str, float]:
    """What each endpoint carries; by priority, the first of those that are enabled carries 100.

    Raises Rejected for another routing method.
    """
    method, endpoints = profile["properties"]["trafficRoutingMethod"], profile["properties"]["endpoints"]
    if method == "Weighted":
        return {one["name"]: float(one["properties"]["weight"]) if _enabled(one) else 0.0 for one in endpoints}
    if method == "Priority":
        ranks = [one["properties"]["priority"] for one in endpoints if _enabled(one)]
        first = min(ranks, default=0)
        return {one["name"]: 100.0 if one["properties"]["priority"] == first else 0.0 for one in endpoints}
    raise Rejected(f"The profile routes by {method}, not by weight or priority.", "Give it one of these methods.")


def reset(profile: Json, after: Mapping[str, float]) -> Json:
    """The profile as it is to be. Raises Rejected for half a failover."""
    changed, now = copy.deepcopy(profile), weights(profile)
    endpoints = {one["name"]: one["properties"] for one in changed["properties"]["endpoints"]}
    if changed["properties"]["trafficRoutingMethod"] == "Weighted":
        for name, carries in after.items():
            enabled = {"endpointStatus": "Enabled", "weight": int(carries)}
            endpoints[name] |= enabled if carries else {"endpointStatus": "Disabled"}
        return changed
    first = [name for name, carries in after.items() if carries == 100]
    if len(first) != 1 or any(carries not in (0, 100) for carries in after.values()):
        raise Rejected("By priority one endpoint carries everything.", "Move 100 per cent.")
    old, new = endpoints[max(now, key=lambda name: now[name])], endpoints[first[0]]
    if new["endpointStatus"] != "Enabled":
        raise Rejected(f"The endpoint {first[0]} is disabled.", "Enable it first.")
    old["priority"], new["priority"] = new["priority"], old["priority"]
    return changed


def health(profile: Json, name: str) -> Health:
    """What Traffic Manager's own probes report of an endpoint; unknown where they do not look."""
    found = next((one for one in profile["properties"]["endpoints"] if one["name"] == name), None)
    return _STATES.get((found or {"properties": {}})["properties"].get("endpointMonitorStatus", ""), "unknown")


def insist_probed(wanted: Input, profile: Json) -> None:
    """Raise Rejected where nobody can know the new target's health, unless the caller forces the move.

    Traffic Manager neither probes a disabled endpoint nor gives an enabled one less than a weight of 1, so that probing
    it sends it clients: only the caller can decide that.
    """
    target = next(one for one in profile["properties"]["endpoints"] if one["name"] == wanted.to_target)
    if wanted.force or _enabled(target):
        return
    raise Rejected(
        f"The endpoint {wanted.to_target} carries nothing, so it is disabled, and Traffic Manager does not probe a "
        f"disabled endpoint: whether it is well cannot be known. {wanted.name} is not moved to it.",
        "Move 1 per cent to it with `force`, wait until get_health of the route is healthy, then move the rest. "
        "A profile that routes by priority probes its standby all the time.",
    )


def route_standing(clients: Clients, resource: Resource, tenant: str) -> tuple[Standing, str]:
    """How a route stands, and why. Raises NotFound where it is not `tenant`'s."""
    named = parts(resource)
    profile = find(clients, named[0], named[1], tenant) if named else None
    if profile is None:
        return "gone", "Azure knows nothing of it."
    carried = weights(profile)
    return standing(carried, {name: health(profile, name) for name in carried})


def _enabled(endpoint: Json) -> bool:
    return bool(endpoint["properties"]["endpointStatus"] == "Enabled")
