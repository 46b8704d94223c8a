"""Take away a machine, disk, storage account or job, with everything that was made for it alone."""

from __future__ import annotations

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.disks import remove
from mcp_handlers.azure.errors import translated
from mcp_handlers.azure.owned import find, insist_ours, path
from mcp_handlers.azure.removal import remove_machine
from mcp_handlers.azure.serving import release_endpoint
from mcp_handlers.azure.training import remove_job
from mcp_handlers.tools.release_resource import Input, Output, insist_made
from workflow.model.base import Json

PERMISSIONS = (
    "Microsoft.Compute/disks/delete",
    "Microsoft.Compute/disks/read",
    "Microsoft.Compute/locations/operations/read",
    "Microsoft.Compute/virtualMachines/attachDetachDataDisks/action",
    "Microsoft.Compute/virtualMachines/delete",
    "Microsoft.Compute/virtualMachines/read",
    "Microsoft.Insights/autoscaleSettings/delete",
    "Microsoft.MachineLearningServices/locations/mfeOperationResults/read",
    "Microsoft.MachineLearningServices/locations/mfeOperationsStatus/read",
    "Microsoft.MachineLearningServices/workspaces/datastores/delete",
    "Microsoft.MachineLearningServices/workspaces/environments/delete",
    "Microsoft.MachineLearningServices/workspaces/environments/versions/delete",
    "Microsoft.MachineLearningServices/workspaces/jobs/cancel/action",
    "Microsoft.MachineLearningServices/workspaces/jobs/delete",
    "Microsoft.MachineLearningServices/workspaces/jobs/read",
    "Microsoft.MachineLearningServices/workspaces/models/delete",
    "Microsoft.MachineLearningServices/workspaces/models/versions/delete",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/delete",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/delete",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/read",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/read",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/write",
    "Microsoft.Network/locations/operations/read",
    "Microsoft.Network/networkInterfaces/delete",
    "Microsoft.Network/networkInterfaces/read",
    "Microsoft.Network/virtualNetworks/delete",
    "Microsoft.Network/virtualNetworks/read",
    "Microsoft.Storage/storageAccounts/delete",
    "Microsoft.Storage/storageAccounts/read",
)


def call(wanted: Input, clients: Clients, _key: str) -> Output:
    """Release it. Raises NotFound for another tenant's resource; calling again releases what an earlier call left."""
    insist_made(wanted.resource)
    resource, tenant = wanted.resource, wanted.tenant

    def allowed(found: Json) -> bool:
        insist_ours(found, resource, tenant)
        return True

    with translated(clients, resource.region, writes=True):
        found = find(clients, resource, tenant)
        if resource.kind == "instance":
            released = remove_machine(clients, resource.id, allowed)
        elif resource.kind == "endpoint":
            released = found is not None and release_endpoint(clients, resource)
        elif resource.kind == "job":
            released = remove_job(clients, resource.id) or found is not None
        elif resource.kind == "volume":
            released = found is not None and remove(clients, path(clients, resource))
        else:
            released = found is not None and clients.arm.delete(path(clients, resource))
    return Output(resource=resource, released=released)
