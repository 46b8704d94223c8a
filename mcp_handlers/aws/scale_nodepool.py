"""Scale an EKS node group, or an Auto Scaling group where there is no cluster."""

from __future__ import annotations

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.nodepools import find_nodepool
from mcp_handlers.aws.permissions import ANY, HERE, OWN, Allow
from mcp_handlers.tools.scale_nodepool import Input, Output, decide
from workflow.model.errors import NotFound, Rejected

PERMISSIONS = (
    Allow(
        ("eks:DescribeNodegroup", "eks:UpdateNodegroupConfig"),
        ("arn:aws:eks:{region}:{account}:nodegroup/{cluster}/{pool}/*",),
        OWN,
    ),
    Allow(
        (
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeLaunchConfigurations",
            "ec2:DescribeLaunchTemplateVersions",
        ),
        ANY,
        HERE,
    ),
    Allow(
        ("autoscaling:CreateOrUpdateTags", "autoscaling:UpdateAutoScalingGroup"),
        ("arn:aws:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/{pool}",),
        OWN,
    ),
)


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Mark the group and set its sizes; machines follow (`get_health`). Raises NotFound for another tenant's group."""
    resource = wanted.found_in("aws")
    if wanted.zone:
        raise Rejected("Groups on AWS lie in a region.", "Leave the zone empty.")
    if wanted.cluster and wanted.maximum < 1:
        raise Rejected("EKS wants a maximum of at least 1.", "Ask for a maximum of 1 and none desired.")
    found = find_nodepool(clients, resource, wanted.tags.tenant)
    if found is None:
        raise NotFound(f"There is no nodepool {resource.id} in {resource.region}.")
    move = decide(wanted, key, found.sizes, found.mark, found.machines())
    if move.mark or move.target:
        found.apply(move)
    return Output(resource=resource, before=move.before, after=wanted.sizes)
