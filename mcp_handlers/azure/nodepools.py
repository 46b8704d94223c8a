"""Finding a tenant's own agent pool or scale set, and how it stands."""

from __future__ import annotations

from typing import Literal

from mcp_handlers.azure import autoscale
from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.labels import TENANT
from mcp_handlers.azure.pools import AgentPool, ScaleSet
from workflow.model.errors import NotFound
from workflow.model.resource import Resource

Status = Literal["healthy", "pending", "unhealthy", "gone", "finished"]
CLUSTER = "Microsoft.ContainerService/managedClusters"
AGENT_POOL = f"{CLUSTER}/agentPools"
SCALE_SET = "Microsoft.Compute/virtualMachineScaleSets"


Pool = AgentPool | ScaleSet


def find_nodepool(clients: Clients, resource: Resource, tenant: str, *, settled: bool) -> Pool | None:
    """The pool, `settled`: once nobody is at work on it; None where there is none.

    Raises NotFound for one of another region, or without the tag of `tenant`.
    """
    cluster, _, name = resource.id.rpartition("/")
    reads = clients.arm.settled if settled else clients.arm.find
    path = clients.id(AGENT_POOL, cluster, name) if cluster else clients.id(SCALE_SET, name)
    setting = {} if cluster else autoscale.find(clients, path)
    about = reads(path)
    if about is None:
        return None
    found: Pool = AgentPool(clients, path, about) if cluster else ScaleSet(clients, path, about, setting)
    home = clients.arm.find(clients.id(CLUSTER, cluster)) if cluster else about
    place = str((home or {}).get("location", "")).replace(" ", "").lower()
    if found.tags.get(TENANT) != tenant or place != resource.region:
        raise NotFound(f"There is no nodepool {resource.id} of tenant {tenant} in {resource.region}.")
    return found


_STATES: dict[str, Status] = {
    "Succeeded": "healthy",
    "Failed": "unhealthy",
    "Canceled": "unhealthy",
    "Deleting": "gone",
}


def nodepool_standing(clients: Clients, resource: Resource, tenant: str) -> tuple[Status, str]:
    """How the pool stands, for get_health: as a whole, and for a scale set by its machines, too."""
    found = find_nodepool(clients, resource, tenant, settled=False)
    if found is None:
        return "gone", "Azure knows nothing of it."
    properties = found.about.get("properties") or {}
    state, power = str(properties.get("provisioningState")), properties.get("powerState", {}).get("code", "Running")
    status, detail = _STATES.get(state, "pending"), f"It is {state.lower()}, with {found.sizes}."
    if status != "healthy":
        return status, detail
    if power != "Running":
        return "unhealthy", f"It is {power.lower()}."
    return (status, detail) if isinstance(found, AgentPool) else _machines_standing(clients, found, detail)


def _machines_standing(clients: Clients, found: Pool, detail: str) -> tuple[Status, str]:
    view = clients.arm.find(f"{found.about['id']}/instanceView") or {}
    summary = view.get("virtualMachine", {}).get("statusesSummary", [])
    counts = {str(one["code"]).partition("/")[2].lower(): int(one["count"]) for one in summary}
    if counts.get("failed"):
        return "unhealthy", f"{detail} {counts['failed']} machines have failed."
    ready = counts.get("succeeded", 0)
    return ("healthy" if ready >= found.sizes.desired else "pending"), f"{detail} {ready} machines are ready."
