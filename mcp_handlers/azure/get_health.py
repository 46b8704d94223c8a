"""Read the real state of a virtual machine, disk, storage account or job."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.disks import disk_standing
from mcp_handlers.azure.errors import translated
from mcp_handlers.azure.owned import find
from mcp_handlers.azure.secrets import secret_standing
from mcp_handlers.tools.get_health import Input, Output
from workflow.model.base import Json
from workflow.model.resource import Health

PERMISSIONS = (
    "Microsoft.Compute/disks/read",
    "Microsoft.Compute/virtualMachineScaleSets/instanceView/read",
    "Microsoft.Compute/virtualMachineScaleSets/read",
    "Microsoft.Compute/virtualMachines/read",
    "Microsoft.ContainerService/managedClusters/agentPools/read",
    "Microsoft.ContainerService/managedClusters/read",
    "Microsoft.Insights/autoscaleSettings/read",
    "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    "Microsoft.MachineLearningServices/workspaces/jobs/read",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/read",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/read",
    "Microsoft.Network/trafficManagerProfiles/read",
    "Microsoft.Storage/storageAccounts/read",
)
Status = Literal["healthy", "pending", "unhealthy", "gone", "finished", "reclaimed"]
_EXPAND = {"instance": {"$expand": "instanceView"}}
_POWER: dict[str, Status] = {"running": "healthy", "starting": "pending", "creating": "pending"}
_JOB: dict[str, Status] = {
    "Running": "healthy", "Finalizing": "healthy", "Completed": "finished", "Failed": "unhealthy",
    "Canceled": "unhealthy", "CancelRequested": "unhealthy", "NotResponding": "unhealthy",
}  # fmt: skip

_ENDPOINT: dict[str, Status] = {
    "Succeeded": "healthy", "Failed": "unhealthy", "Canceled": "unhealthy", "Deleting": "gone"
}  # fmt: skip


def call(wanted: Input, clients: Clients, _key: str) -> Output:
    """The state as Azure reports it now. Raises NotFound for another tenant's resource."""
    # A pool and a route bring their own tools' contracts along: a cold start has them only where it is asked for one.
    resource = wanted.resource
    if resource.kind == "secret":
        with translated(clients, resource.region):
            return _answer(wanted, *secret_standing(clients, resource, wanted.tenant))
    if resource.kind == "route":
        from mcp_handlers.azure.routes import route_standing

        with translated(clients, resource.region):
            return _answer(wanted, *route_standing(clients, resource, wanted.tenant))
    if resource.kind == "nodepool":
        from mcp_handlers.azure.nodepools import nodepool_standing

        with translated(clients, resource.region):
            return _answer(wanted, *nodepool_standing(clients, resource, wanted.tenant))
    with translated(clients, resource.region):
        found = find(clients, resource, wanted.tenant, **_EXPAND.get(resource.kind, {}))
    status, detail = _READ[resource.kind](found["properties"]) if found else ("gone", "Azure knows nothing of it.")
    return _answer(wanted, status, detail)


def _answer(wanted: Input, status: Status, detail: str) -> Output:
    return Output(health=Health(resource=wanted.resource, status=status, detail=detail, checked_at=datetime.now(UTC)))


def _machine(properties: Json) -> tuple[Status, str]:
    if properties["provisioningState"] == "Failed":
        return "unhealthy", "It could not be made."
    statuses = properties.get("instanceView", {}).get("statuses", [])
    power = next((one["code"].partition("/")[2] for one in statuses if one["code"].startswith("PowerState/")), "")
    if properties["provisioningState"] != "Succeeded" or not power:
        return "pending", f"It is {properties['provisioningState'].lower()}."
    if power == "deallocated" and properties.get("priority") == "Spot":
        return "reclaimed", "The spot machine was taken back by Azure."
    return _POWER.get(power, "unhealthy"), f"It is {power}."


def _account(properties: Json) -> tuple[Status, str]:
    state, primary = properties["provisioningState"], properties.get("statusOfPrimary", "available")
    if state != "Succeeded":
        return ("unhealthy" if state == "Failed" else "pending"), f"It is {state.lower()}."
    return ("healthy" if primary == "available" else "unhealthy"), f"Its primary location is {primary}."


def _job(properties: Json) -> tuple[Status, str]:
    return _JOB.get(properties["status"], "pending"), f"The job is {properties['status']}."


def _endpoint(properties: Json) -> tuple[Status, str]:
    """An endpoint, or one of its variants."""
    state = properties["provisioningState"]
    return _ENDPOINT.get(state, "pending"), f"It is {state.lower()}."


_READ = {"endpoint": _endpoint, "instance": _machine, "volume": disk_standing, "bucket": _account, "job": _job}
