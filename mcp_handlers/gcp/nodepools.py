"""Node pools of GKE and managed instance groups, found and judged the same way."""

from __future__ import annotations

import re
from typing import Literal

from mcp_handlers.gcp import machines, naming
from mcp_handlers.gcp.client import Clients
from mcp_handlers.gcp.clusters import NodePool
from mcp_handlers.gcp.groups import Group
from workflow.model.errors import NotFound, Rejected
from workflow.model.resource import Resource

Status = Literal["healthy", "pending", "unhealthy", "gone", "finished"]
_PLAIN = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


Pool = NodePool | Group


def find(clients: Clients, resource: Resource, tenant: str) -> Pool | None:
    """The pool; None where there is none. Raises NotFound for one without the label of `tenant`, TollgateError."""
    named = resource.id.split("/")
    if len(named) > 2 or not all(map(_PLAIN.fullmatch, (*named, resource.region, resource.zone or "none"))):
        raise NotFound("gcp: the pool's id, region or zone is none that Google gives")
    if resource.zone and resource.zone.rpartition("-")[0] != resource.region:
        raise Rejected(f"gcp: zone {resource.zone} is not in region {resource.region}")
    try:
        found: Pool = NodePool.read(clients, resource) if len(named) == 2 else Group.read(clients, resource)
    except NotFound:
        return None
    if not naming.ours(found.tenants, tenant):
        raise NotFound(f"gcp: tenant {tenant} has no nodepool {resource.id}")
    return found


def sold_as(pool: Pool, wanted: str) -> frozenset[str]:
    """What the price file calls the pool's machines: `wanted`, if they are of that type with just its GPUs."""
    kind, attached = pool.machine
    accelerators = {(str(one["acceleratorType"]).rpartition("/")[2], int(one["acceleratorCount"])) for one in attached}
    asked = machines.known(wanted)
    if asked is not None and asked.type == kind:
        own = {(asked.accelerator, asked.gpu_count)} if asked.gpu in machines.ACCELERATORS else set()
        if accelerators == own or (own and not asked.attached and not accelerators):
            return frozenset({wanted})
    return frozenset({kind + "".join(f" with {count} {name}" for name, count in sorted(accelerators))})


_STANDINGS: dict[str, Status] = {
    "RUNNING": "healthy", "PROVISIONING": "pending", "RECONCILING": "pending", "STOPPING": "gone",
}  # fmt: skip


def standing(resource: Resource, tenant: str, clients: Clients) -> tuple[Status, str]:
    """How the pool stands, for get_health. Raises NotFound for another tenant's, TollgateError otherwise."""
    found = find(clients, resource, tenant)
    if found is None:
        return "gone", "there is no such pool"
    status, reason = found.standing
    return _STANDINGS.get(status, "unhealthy"), " ".join((status, f"with {found.sizes}", reason)).strip()
