"""Traffic Manager profiles: the name they answer for, and what their probes report of each endpoint."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping

from infra.local.azure.address import Address
from infra.local.azure.kind import Kind, World
from infra.local.azure.refusal import invalid
from infra.local.azure.store import Resource
from workflow.model.base import Json


def _check(_world: World, _address: Address, body: Json, _old: Resource | None) -> None:
    for endpoint in (body.get("properties") or {}).get("endpoints") or []:
        for field in ("weight", "priority"):
            if not 1 <= endpoint["properties"].get(field, 1) <= 1000:
                raise invalid(f"The {field} of endpoint {endpoint['name']} must be between 1 and 1000.", "BadRequest")


def _made(_world: World, profile: Resource) -> None:
    profile.body["etag"] = uuid.uuid4().hex
    dns = profile.properties.setdefault("dnsConfig", {})
    dns["fqdn"] = f"{dns.get('relativeName', profile.address.name)}.trafficmanager.net"
    for number, endpoint in enumerate(profile.properties.get("endpoints") or [], start=1):
        endpoint["properties"] = {"endpointStatus": "Enabled", "weight": 1, "priority": number} | endpoint["properties"]


def _view(world: World, profile: Resource, _query: Mapping[str, str]) -> Json:
    """As the probes see it now: a disabled endpoint is not watched."""
    seen: Json = copy.deepcopy(profile.body)
    for endpoint in seen["properties"].get("endpoints") or []:
        state = "Online" if endpoint["properties"]["endpointStatus"] == "Enabled" else "Disabled"
        if state == "Online" and world.faults.take("unhealthy", operation=f"probe {endpoint['name']}"):
            state = "Degraded"
        endpoint["properties"]["endpointMonitorStatus"] = state
    return seen


KINDS = {"microsoft.network/trafficmanagerprofiles": Kind(check=_check, made=_made, view=_view, instant=True)}
