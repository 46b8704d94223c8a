"""Finding a tenant's own resource again: None where it is not there, NotFound where it is someone else's."""

from __future__ import annotations

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.labels import ours
from mcp_handlers.azure.removal import VM
from workflow.model.base import Json
from workflow.model.errors import NotFound
from workflow.model.resource import Resource

ACCOUNT = "Microsoft.Storage/storageAccounts"
WORKSPACE = "Microsoft.MachineLearningServices/workspaces"
JOB = f"{WORKSPACE}/jobs"
ENDPOINT = f"{WORKSPACE}/onlineEndpoints"
DEPLOYMENT = f"{ENDPOINT}/deployments"
DISK = "Microsoft.Compute/disks"
_NAMES = {"instance": 1, "volume": 1, "bucket": 1, "job": 2}
_TYPES = {"instance": VM, "volume": DISK, "bucket": ACCOUNT, "job": JOB}


def path(clients: Clients, resource: Resource) -> str:
    """The id of a resource in Azure. Raises NotFound for an id that no resource of its kind can have."""
    names = resource.id.split("/")
    if resource.kind == "endpoint" and len(names) in (2, 3) and all(names):
        return clients.id(ENDPOINT if len(names) == 2 else DEPLOYMENT, *names)
    if len(names) != _NAMES.get(resource.kind) or not all(names):
        raise NotFound(f"{resource.id} is not the id of a {resource.kind} in Azure.")
    return clients.id(_TYPES[resource.kind], *names)


def find(clients: Clients, resource: Resource, tenant: str, **query: str) -> Json | None:
    """What Azure says of the resource."""
    found = clients.arm.find(path(clients, resource), **query)
    if found is not None:
        insist_ours(found, resource, tenant)
    return found


def insist_ours(found: Json, resource: Resource, tenant: str) -> None:
    """Raise NotFound for what carries another tenant's tag, or none of ours. A job has its tags in its properties."""
    tags = (found.get("properties") or {}).get("tags") if resource.kind == "job" else found.get("tags")
    if not ours(tags, tenant):
        raise NotFound(f"There is no {resource.kind} {resource.id} of tenant {tenant} in {resource.region}.")
