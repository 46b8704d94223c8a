"""Routing policies in Cloud DNS: whose they are, what each target carries, and how it is.

A weighted target has no name but its addresses, joined by commas. Of a failover policy the targets are `primary` and
`backup`, in hundredths: the backup carries what the policy trickles to it.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping

from mcp_handlers.gcp import naming
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools import failover_route
from mcp_handlers.tools.failover_route import Health
from workflow.model.base import Json
from workflow.model.errors import NotFound, Rejected
from workflow.model.resource import Resource

_DIGITS = 9
"""Of a share of 100, behind the point: finer ones are the arithmetic's, not the policy's."""


def zone(clients: Clients, region: str, name: str, tenant: str) -> Json:
    """The managed zone. Raises NotFound where it is not `tenant`'s."""
    found = clients.dns("GET", name, region=region)
    if not naming.ours(found.get("labels"), tenant):
        raise NotFound(f"gcp: tenant {tenant} has no managed zone {name}")
    return found


def record(clients: Clients, region: str, managed: str, name: str, kind: str) -> Json:
    """The record set. Raises NotFound where there is none."""
    return clients.dns("GET", f"{managed}/rrsets/{name}./{kind}", region=region)


def weights(found: Json) -> dict[str, float]:
    """What each target carries. Raises Rejected for a record that is neither weighted nor failover."""
    policy = found.get("routingPolicy") or {}
    if "wrr" in policy:
        return {target(item): float(item["weight"]) for item in policy["wrr"]["items"]}
    if "primaryBackup" in policy:
        trickle = round(float(policy["primaryBackup"].get("trickleTraffic", 0)) * 100, _DIGITS)
        return {"primary": round(100 - trickle, _DIGITS), "backup": trickle}
    raise Rejected(f"gcp: {found['name']} has no weighted or failover policy", "Give it one of these policies.")


def reset(found: Json, after: Mapping[str, float]) -> Json:
    """The record set as it is to be. Raises Rejected for failover weights that are not shares of 100."""
    changed = copy.deepcopy(found)
    policy = changed["routingPolicy"]
    if "wrr" in policy:
        for item in policy["wrr"]["items"]:
            item["weight"] = after[target(item)]
        return changed
    if round(after["primary"] + after["backup"], 2) != 100:
        raise Rejected("gcp: the shares of primary and backup do not make 100", "Name both, as shares of 100.")
    policy["primaryBackup"]["trickleTraffic"] = round(after["backup"] / 100, _DIGITS + 2)
    return changed


def target(item: Json) -> str:
    """The name of a weighted target."""
    balancers = (item.get("healthCheckedTargets") or {}).get("internalLoadBalancers") or []
    return ",".join([*item.get("rrdatas", []), *(one["ipAddress"] for one in balancers)])


def health(clients: Clients, found: Json, name: str) -> Health:
    """What the load balancers behind a target report; unknown where there are none, for Cloud DNS tells nobody."""
    states = [_balancer(clients, one) for one in _balancers(found["routingPolicy"], name)]
    if not states or "unknown" in states:
        return "unknown"
    return "healthy" if "healthy" in states else "unhealthy"


def standing(resource: Resource, tenant: str, clients: Clients) -> tuple[failover_route.Standing, str]:
    """How a route stands, and why. Raises NotFound where its zone is not `tenant`'s."""
    named = failover_route.parts(resource)
    if named is None:
        return "gone", "there is no such route"
    zone(clients, resource.region, named[0], tenant)
    try:
        found = record(clients, resource.region, *named)
    except NotFound:
        return "gone", "there is no such route"
    carried = weights(found)
    return failover_route.standing(carried, {name: health(clients, found, name) for name in carried})


def _balancers(policy: Json, name: str) -> list[Json]:
    if "wrr" in policy:
        items = [item for item in policy["wrr"]["items"] if target(item) == name]
        checked = [item.get("healthCheckedTargets") or {} for item in items]
    elif name == "primary":
        checked = [policy["primaryBackup"].get("primaryTargets") or {}]
    else:
        items = (policy["primaryBackup"].get("backupGeoTargets") or {}).get("items", [])
        checked = [item.get("healthCheckedTargets") or {} for item in items]
    return [one for each in checked for one in each.get("internalLoadBalancers", [])]


def _balancer(clients: Clients, balancer: Json) -> Health:
    """A load balancer is healthy as long as one of the machines behind it is."""
    region = balancer["region"]
    wanted = {"filter": f'IPAddress = "{balancer["ipAddress"]}"'}
    rules = clients.every(clients.compute, f"regions/{region}/forwardingRules", "items", region=region, params=wanted)
    states: list[str] = []
    for rule in rules:
        path = f"regions/{region}/backendServices/{rule['backendService'].rpartition('/')[2]}"
        for backend in clients.compute("GET", path, region=region).get("backends", []):
            said = clients.compute("POST", f"{path}/getHealth", {"group": backend["group"]}, region=region)
            states += [one["healthState"] for one in said.get("healthStatus", [])]
    if not states:
        return "unknown"
    return "healthy" if "HEALTHY" in states else "unhealthy"
