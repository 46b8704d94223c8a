"""Scale an agent pool of AKS, or a virtual machine scale set where there is no cluster."""

from __future__ import annotations

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.errors import said, translated
from mcp_handlers.azure.nodepools import find_nodepool
from mcp_handlers.azure.pools import MARK
from mcp_handlers.tools.scale_nodepool import Input, Output, decide
from workflow.model.errors import NotFound, Rejected, Throttled

PERMISSIONS = (
    "Microsoft.Compute/virtualMachineScaleSets/read",
    "Microsoft.Compute/virtualMachineScaleSets/write",
    "Microsoft.ContainerService/locations/operations/read",
    "Microsoft.ContainerService/managedClusters/agentPools/read",
    "Microsoft.ContainerService/managedClusters/agentPools/write",
    "Microsoft.ContainerService/managedClusters/read",
    "Microsoft.Insights/autoscaleSettings/read",
    "Microsoft.Insights/autoscaleSettings/write",
)
_ATTEMPTS = 5
_FASTER = frozenset({"AnotherOperationInProgress", "OperationNotAllowed", "Conflict", "PreconditionFailed"})


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Mark the pool, set its sizes and wait until Azure has done so. Raises NotFound for another tenant's pool.

    A pool that has changed since it was looked at is looked at again; Throttled if that goes on and on.
    """
    if wanted.zone:
        raise Rejected("Pools on Azure are named without a zone.", "Leave the zone empty.")
    for _ in range(_ATTEMPTS):
        with translated(clients, wanted.region, writes=True):
            made = _scaled(wanted, clients, key)
        if made is not None:
            return made
    raise Throttled(f"Somebody else keeps changing the pool {wanted.pool}.")


def _scaled(wanted: Input, clients: Clients, key: str) -> Output | None:
    """What was done; None if another change was faster."""
    from azure.core.exceptions import HttpResponseError

    resource = wanted.found_in("azure")
    found = find_nodepool(clients, resource, wanted.tags.tenant, settled=True)
    if found is None:
        raise NotFound(f"There is no nodepool {resource.id} in {resource.region}.")
    move = decide(wanted, key, found.sizes, found.tags.get(MARK, ""), found.machines)
    failed = found.about["properties"].get("provisioningState") == "Failed"
    if failed and move.target is None:
        move = move.model_copy(update={"target": wanted.sizes})
    try:
        if move.mark or move.target:
            found.apply(move)
    except HttpResponseError as error:
        quota = "quota" in said(error)[1].lower()
        if error.status_code in (409, 412) and said(error)[0] in _FASTER and not quota:
            return None
        raise
    return Output(resource=resource, before=move.before, after=wanted.sizes)
