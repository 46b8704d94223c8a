"""Scale a node pool of GKE, or a managed instance group where there is no cluster."""

from __future__ import annotations

import time

from mcp_handlers.gcp import nodepools
from mcp_handlers.gcp.client import OPERATION_SECONDS, Clients
from mcp_handlers.gcp.errors import Busy
from mcp_handlers.kernel import deadline
from mcp_handlers.tools.scale_nodepool import Input, Output, decide
from workflow.model.errors import NotFound

PERMISSIONS = (
    "compute.autoscalers.create",
    "compute.autoscalers.list",
    "compute.autoscalers.update",
    "compute.instanceGroupManagers.get",
    "compute.instanceGroupManagers.update",
    "compute.instanceGroupManagers.use",
    "compute.instanceTemplates.get",
    "compute.regionOperations.get",
    "compute.zoneOperations.get",
    "container.clusters.get",
    "container.clusters.update",
    "container.operations.get",
)
_PAUSE_SECONDS = 0.2


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Mark the pool, set its sizes and wait until Google has done so. Raises NotFound for another tenant's pool.

    While the cluster is at something else it waits and looks again, for as long as one operation may take,
    but not past the deadline.
    """
    end = time.monotonic() + deadline.wait(OPERATION_SECONDS)
    while True:
        try:
            return _scaled(wanted, clients, key)
        except Busy:
            if time.monotonic() > end:
                raise
            time.sleep(_PAUSE_SECONDS)


def _scaled(wanted: Input, clients: Clients, key: str) -> Output:
    resource = wanted.found_in("gcp")
    found = nodepools.find(clients, resource, wanted.tags.tenant)
    if found is None:
        raise NotFound(f"gcp: there is no nodepool {resource.id} in {resource.zone or resource.region}")
    machines = nodepools.sold_as(found, wanted.machine)
    move = decide(wanted, key, found.sizes, found.mark, machines)
    if move.mark or move.target:
        found.apply(move)
    return Output(resource=resource, before=move.before, after=wanted.sizes)
