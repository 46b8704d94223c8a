"""Finding a tenant's own node group or Auto Scaling group, and how it stands."""

from __future__ import annotations

from typing import Literal

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import TENANT
from mcp_handlers.aws.pools import NodeGroup, ScalingGroup
from workflow.model.errors import NotFound
from workflow.model.resource import Resource

Status = Literal["healthy", "pending", "unhealthy", "gone", "finished"]


Pool = NodeGroup | ScalingGroup


def find_nodepool(clients: Clients, resource: Resource, tenant: str) -> Pool | None:
    """The pool; None where there is none. Raises NotFound for one without the tag of `tenant`."""
    cluster, _, name = resource.id.rpartition("/")
    try:
        with translated(clients, resource.region):
            found = _node_group(clients, resource.region, cluster, name) if cluster else _group(clients, resource)
    except NotFound:
        return None
    if found is not None and found.tags.get(TENANT) != tenant:
        raise NotFound(f"There is no nodepool {resource.id} of tenant {tenant} in {resource.region}.")
    return found


def _node_group(clients: Clients, region: str, cluster: str, name: str) -> NodeGroup:
    found = clients.eks(region).describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
    return NodeGroup(clients, region, found)


def _group(clients: Clients, resource: Resource) -> ScalingGroup | None:
    found = clients.autoscaling(resource.region).describe_auto_scaling_groups(AutoScalingGroupNames=[resource.id])
    groups = found["AutoScalingGroups"]
    return ScalingGroup(clients, resource.region, groups[0]) if groups else None


_STATES: dict[str, Status] = {"ACTIVE": "healthy", "CREATING": "pending", "UPDATING": "pending", "DELETING": "gone"}


def nodepool_standing(clients: Clients, resource: Resource, tenant: str) -> tuple[Status, str]:
    """How the pool stands, for get_health: EKS's own word of a node group, the machines of an Auto Scaling group."""
    found = find_nodepool(clients, resource, tenant)
    if found is None:
        return "gone", "It does not exist."
    if isinstance(found, NodeGroup):
        issues = [str(issue["code"]) for issue in found.about.get("health", {}).get("issues", [])]
        detail = f"EKS node group {found.about['status']} with {found.sizes}" + "".join(f", {one}" for one in issues)
        status = _STATES.get(found.about["status"], "unhealthy")
        return ("unhealthy" if issues and status == "healthy" else status), detail
    machines = found.about.get("Instances", [])
    ill = [one for one in machines if one["HealthStatus"].lower() != "healthy"]
    ready = [one for one in machines if one["LifecycleState"] == "InService" and one not in ill]
    detail = f"Auto Scaling group with {found.sizes}: {len(ready)} in service, {len(ill)} unhealthy"
    if "Status" in found.about:
        return "gone", f"{detail}; {found.about['Status']}"
    enough = len(ready) >= found.sizes.desired
    return ("unhealthy" if ill else "healthy" if enough else "pending"), detail
