"""Node groups of EKS and Auto Scaling groups, as AWS describes them, and how each is marked and resized."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import PREFIX, by_name
from mcp_handlers.tools.scale_nodepool import Move, Sizes
from workflow.model.base import Json
from workflow.model.errors import Rejected, Throttled

MARK, TAG = "tollgate-scaled", PREFIX + "scaled"
"""The label of a node group, and the tag of an Auto Scaling group, that name the latest scaling."""
_BUSY = ("ResourceInUseException", "ScalingActivityInProgress", "ResourceContention")


@dataclass(frozen=True)
class NodeGroup:
    """A managed node group, as EKS describes it."""

    clients: Clients
    region: str
    about: Json

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return dict(self.about.get("tags") or {})

    @property
    def sizes(self) -> Sizes:
        """How large it is and may become."""
        said = self.about["scalingConfig"]
        return Sizes(minimum=said["minSize"], maximum=said["maxSize"], desired=said["desiredSize"])

    def machines(self) -> frozenset[str]:
        """The machine types it may start."""
        template = self.about.get("launchTemplate")
        if self.about.get("instanceTypes") or not template:
            return frozenset(self.about.get("instanceTypes") or ())
        named = {"LaunchTemplateId": template["id"], "Version": template.get("version", "$Default")}
        return _template_machine(self.clients, self.region, named)

    @property
    def mark(self) -> str:
        """Which scaling was the latest: a label, since labels and sizes are changed in one request."""
        return str((self.about.get("labels") or {}).get(MARK, ""))

    def apply(self, move: Move) -> None:
        """Mark and resize it in one request, which EKS takes once. It begins at once and goes on after this call."""
        asked: Json = {"labels": {"addOrUpdateLabels": {MARK: move.mark}}} if move.mark else {}
        if wanted := move.target:
            bounds = {"minSize": wanted.minimum, "maxSize": wanted.maximum}
            asked["scalingConfig"] = bounds | {"desiredSize": wanted.desired}
        with busy_is_passing(), translated(self.clients, self.region, writes=True):
            self.clients.eks(self.region).update_nodegroup_config(
                clusterName=self.about["clusterName"],
                nodegroupName=self.about["nodegroupName"],
                clientRequestToken=move.mark or self.mark,
                **asked,
            )


@dataclass(frozen=True)
class ScalingGroup:
    """An Auto Scaling group, as its API describes it."""

    clients: Clients
    region: str
    about: Json

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return by_name(self.about.get("Tags", []))

    @property
    def sizes(self) -> Sizes:
        """How large it is and may become."""
        said = self.about
        return Sizes(minimum=said["MinSize"], maximum=said["MaxSize"], desired=said["DesiredCapacity"])

    def machines(self) -> frozenset[str]:
        """The machine types it may start."""
        if mixed := self.about.get("MixedInstancesPolicy", {}).get("LaunchTemplate"):
            named = {override["InstanceType"] for override in mixed.get("Overrides", []) if "InstanceType" in override}
            return frozenset(named) or self._by_template(mixed["LaunchTemplateSpecification"])
        if template := self.about.get("LaunchTemplate"):
            return self._by_template(template)
        name = self.about.get("LaunchConfigurationName", "")
        with translated(self.clients, self.region):
            found = self.clients.autoscaling(self.region).describe_launch_configurations(
                LaunchConfigurationNames=[name]
            )
        return frozenset(one["InstanceType"] for one in found["LaunchConfigurations"])

    @property
    def mark(self) -> str:
        """Which scaling was the latest."""
        return self.tags.get(TAG, "")

    def apply(self, move: Move) -> None:
        """Tag it (its machines do not get the tag), then set bounds and size. Machines start and end after this."""
        scaling, name = self.clients.autoscaling(self.region), self.about["AutoScalingGroupName"]
        tag = {"ResourceId": name, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
        with busy_is_passing(), translated(self.clients, self.region, writes=True):
            if move.mark:
                scaling.create_or_update_tags(Tags=[tag | {"Key": TAG, "Value": move.mark}])
            if wanted := move.target:
                scaling.update_auto_scaling_group(
                    AutoScalingGroupName=name,
                    MinSize=wanted.minimum,
                    MaxSize=wanted.maximum,
                    DesiredCapacity=wanted.desired,
                )

    def _by_template(self, template: Json) -> frozenset[str]:
        named = {"LaunchTemplateId": template["LaunchTemplateId"], "Version": template.get("Version", "$Default")}
        return _template_machine(self.clients, self.region, named)


def _template_machine(clients: Clients, region: str, named: dict[str, str]) -> frozenset[str]:
    ec2: Any = clients.ec2(region)
    with translated(clients, region):
        versions = ec2.describe_launch_template_versions(
            LaunchTemplateId=named["LaunchTemplateId"], Versions=[named["Version"]]
        )["LaunchTemplateVersions"]
    data = [version["LaunchTemplateData"] for version in versions]
    return frozenset(one["InstanceType"] for one in data if "InstanceType" in one)


@contextmanager
def busy_is_passing() -> Iterator[None]:
    """Raise Throttled where AWS is still at an earlier change of the same pool."""
    try:
        yield
    except Rejected as error:
        if any(code in error.message for code in _BUSY):
            raise Throttled(error.message) from error
        raise
