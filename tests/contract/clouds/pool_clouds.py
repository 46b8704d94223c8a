"""Node pools of each kind on the local clouds: made and judged by the clouds' own SDKs, or by their bare REST."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from azure.mgmt.compute import ComputeManagementClient
from google.cloud import compute_v1

from infra.local.azure.account import GROUP, SUBSCRIPTION
from infra.local.gcp.metadata import PROJECT
from mcp_handlers.azure.client import connect as connect_azure
from mcp_handlers.tools.scale_nodepool import Sizes
from tests.contract.clouds.aws_cloud import LocalAws
from tests.contract.clouds.azure_cloud import BEARER, LocalAzure, Static
from tests.contract.clouds.gcp_cloud import LocalGcp

POOL, CLUSTER = "web", "prod"


class Pools(Protocol):
    """Pools of one kind. `cluster` is empty where they have none; `resizing` is part of the call that sets sizes."""

    name: str
    cloud: str
    region: str
    zone: str
    cluster: str
    machine: str
    resizing: str

    @property
    def clients(self) -> Any:
        """What the handlers are given."""

    def fault(self, kind: str, **how: Any) -> None:
        """Put a fault in force."""

    def make(self, sizes: Sizes, tenant: str) -> None:
        """Make the pool `POOL`; a tenant of "" leaves it without our tag."""

    def sizes(self) -> Sizes:
        """What the cloud says of it now."""


@dataclass
class _Aws:
    local: LocalAws
    region: str = "eu-west-1"
    zone: str = ""
    cloud: str = "aws"
    machine: str = "m7i.large"

    @property
    def clients(self) -> Any:
        return self.local.clients()

    def fault(self, kind: str, **how: Any) -> None:
        self.local.fault(kind, **how)


@dataclass
class Eks(_Aws):
    name: str = "eks"
    cluster: str = CLUSTER
    resizing: str = "/update-config"

    def make(self, sizes: Sizes, tenant: str) -> None:
        eks, role = self.local.sdk("eks"), "arn:aws:iam::123456789012:role/nodes"
        eks.create_cluster(name=CLUSTER, roleArn=role, resourcesVpcConfig={"subnetIds": ["subnet-1"]})
        eks.create_nodegroup(
            clusterName=CLUSTER,
            nodegroupName=POOL,
            subnets=["subnet-1"],
            nodeRole=role,
            instanceTypes=[self.machine],
            scalingConfig={"minSize": sizes.minimum, "maxSize": sizes.maximum, "desiredSize": sizes.desired},
            tags={"team": "a"} | ({"tollgate:tenant": tenant} if tenant else {}),
        )

    def sizes(self) -> Sizes:
        found = self.local.sdk("eks").describe_nodegroup(clusterName=CLUSTER, nodegroupName=POOL)
        said = found["nodegroup"]["scalingConfig"]
        return Sizes(minimum=said["minSize"], maximum=said["maxSize"], desired=said["desiredSize"])


@dataclass
class ScalingGroups(_Aws):
    name: str = "asg"
    cluster: str = ""
    resizing: str = "UpdateAutoScalingGroup"

    def make(self, sizes: Sizes, tenant: str) -> None:
        template = self.local.sdk("ec2").create_launch_template(
            LaunchTemplateName="web", LaunchTemplateData={"InstanceType": self.machine, "ImageId": "ami-12c6146b"}
        )["LaunchTemplate"]["LaunchTemplateId"]
        tags = {"team": "a"} | ({"tollgate:tenant": tenant} if tenant else {})
        self.local.sdk("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName=POOL,
            LaunchTemplate={"LaunchTemplateId": template, "Version": "$Default"},
            MinSize=sizes.minimum,
            MaxSize=sizes.maximum,
            DesiredCapacity=sizes.desired,
            AvailabilityZones=[f"{self.region}a"],
            Tags=[{"Key": key, "Value": value, "PropagateAtLaunch": False} for key, value in tags.items()],
        )

    def sizes(self) -> Sizes:
        groups = self.local.sdk("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[POOL])
        said = groups["AutoScalingGroups"][0]
        assert len(said["Instances"]) == said["DesiredCapacity"]
        return Sizes(minimum=said["MinSize"], maximum=said["MaxSize"], desired=said["DesiredCapacity"])


@dataclass
class _Azure:
    local: LocalAzure
    region: str = "westeurope"
    zone: str = ""
    cloud: str = "azure"
    machine: str = "Standard_D4s_v5"

    def __post_init__(self) -> None:
        self.clients = connect_azure(self.local.environment)

    def fault(self, kind: str, **how: Any) -> None:
        self.local.fault(kind, **how)

    def path(self, rest: str) -> str:
        return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/{rest}"

    def put(self, rest: str, body: dict[str, Any]) -> None:
        answer = self.local.http.put(
            self.path(rest), params={"api-version": "2025-05-01"}, headers=BEARER, json=body
        ).raise_for_status()
        poll = answer.headers.get("Azure-AsyncOperation", "")
        while poll and self.local.http.get(poll, headers=BEARER).json()["status"] == "InProgress":
            pass

    def tags(self, tenant: str) -> dict[str, str]:
        return {"team": "a"} | ({"tollgate-tenant": tenant} if tenant else {})


@dataclass
class Aks(_Azure):
    name: str = "aks"
    cluster: str = CLUSTER

    @property
    def pool(self) -> str:
        return f"Microsoft.ContainerService/managedClusters/{CLUSTER}/agentPools/{POOL}"

    @property
    def resizing(self) -> str:
        return f"PUT {self.path(self.pool)}"

    def make(self, sizes: Sizes, tenant: str) -> None:
        cluster = {"location": self.region, "properties": {"dnsPrefix": CLUSTER}}
        self.put(f"Microsoft.ContainerService/managedClusters/{CLUSTER}", cluster)
        scales = sizes.minimum < sizes.maximum
        bounds = {"minCount": sizes.minimum, "maxCount": sizes.maximum} if scales else {}
        body = {"vmSize": self.machine, "count": sizes.desired, "enableAutoScaling": scales, "mode": "User", **bounds}
        self.put(self.pool, {"properties": body | {"tags": self.tags(tenant)}})

    def sizes(self) -> Sizes:
        said = self.local.get(self.path(self.pool)).json()["properties"]
        assert said["tags"]["team"] == "a"
        count = said["count"]
        if not said["enableAutoScaling"]:
            return Sizes(minimum=count, maximum=count, desired=count)
        return Sizes(minimum=said["minCount"], maximum=said["maxCount"], desired=count)


@dataclass
class ScaleSets(_Azure):
    name: str = "vmss"
    cluster: str = ""
    resizing: str = "autoscaleSettings/"
    setting: str = "Microsoft.Insights/autoscaleSettings/web-by-load"

    @property
    def sdk(self) -> ComputeManagementClient:
        return ComputeManagementClient(Static(), SUBSCRIPTION, **self.local.sdk)

    def make(self, sizes: Sizes, tenant: str) -> None:
        body: Any = {"location": self.region, "sku": {"name": self.machine, "capacity": sizes.desired}}
        with self.sdk as sdk:
            sdk.virtual_machine_scale_sets.begin_create_or_update(
                GROUP, POOL, body | {"tags": self.tags(tenant), "properties": {}}
            ).result()
        if sizes.minimum < sizes.maximum:
            numbers = {"minimum": sizes.minimum, "maximum": sizes.maximum, "default": sizes.desired}
            profile = {"name": "p", "rules": [{"by": "load"}], "capacity": {k: str(v) for k, v in numbers.items()}}
            target = {"targetResourceUri": self.path(f"Microsoft.Compute/virtualMachineScaleSets/{POOL}")}
            properties = target | {"enabled": True, "profiles": [profile]}
            self.put(self.setting, {"location": self.region, "properties": properties})

    def sizes(self) -> Sizes:
        with self.sdk as sdk:
            found = sdk.virtual_machine_scale_sets.get(GROUP, POOL)
        assert found.sku is not None
        assert found.tags is not None
        assert found.tags["team"] == "a"
        count = int(found.sku.capacity or 0)
        rows = self.local.get(self.path("Microsoft.Insights/autoscaleSettings")).json()["value"]
        if not rows or not rows[0]["properties"]["enabled"]:
            return Sizes(minimum=count, maximum=count, desired=count)
        (row,) = rows
        said = row["properties"]["profiles"][0]["capacity"]
        return Sizes(minimum=int(said["minimum"]), maximum=int(said["maximum"]), desired=count)


@dataclass
class _Gcp:
    local: LocalGcp
    region: str = "europe-west4"
    zone: str = "europe-west4-a"
    cloud: str = "gcp"
    machine: str = "n2-standard-4"

    def __post_init__(self) -> None:
        self.clients = self.local.connect()

    def fault(self, kind: str, **how: Any) -> None:
        self.local.fault(kind, **how)

    def labels(self, tenant: str) -> dict[str, str]:
        return {"team": "a"} | ({"tollgate-tenant": tenant} if tenant else {})


@dataclass
class Gke(_Gcp):
    name: str = "gke"
    cluster: str = CLUSTER
    resizing: str = ":setSize"

    @property
    def base(self) -> str:
        return f"/v1/projects/{PROJECT}/locations/{self.zone or self.region}"

    def make(self, sizes: Sizes, tenant: str) -> None:
        zones = 1 if self.zone else 3
        pool: dict[str, Any] = {
            "name": POOL,
            "initialNodeCount": sizes.desired // zones,
            "config": {"machineType": self.machine, "resourceLabels": self.labels(tenant)},
        }
        if sizes.minimum < sizes.maximum:
            bounds = {"minNodeCount": sizes.minimum // zones, "maxNodeCount": sizes.maximum // zones}
            pool["autoscaling"] = {"enabled": True, **bounds}
        made = self.local.http.post(f"{self.base}/clusters", json={"cluster": {"name": CLUSTER, "nodePools": [pool]}})
        self.local.http.get(f"{self.base}/operations/{made.raise_for_status().json()['name']}").raise_for_status()

    def sizes(self) -> Sizes:
        said = self.local.http.get(f"{self.base}/clusters/{CLUSTER}/nodePools/{POOL}").raise_for_status().json()
        assert said["config"]["resourceLabels"]["team"] == "a"
        managers, count = self.local.sdk(compute_v1.InstanceGroupManagersClient), 0
        for link in said["instanceGroupUrls"]:
            zone, _, group = link.rpartition("/zones/")[2].split("/")
            count += managers.get(project=PROJECT, zone=zone, instance_group_manager=group).target_size
        scaling = said.get("autoscaling") or {}
        if not scaling.get("enabled"):
            return Sizes(minimum=count, maximum=count, desired=count)
        low = scaling.get("totalMinNodeCount", scaling.get("minNodeCount", 0) * len(said["locations"]))
        high = scaling.get("totalMaxNodeCount", scaling.get("maxNodeCount", 0) * len(said["locations"]))
        return Sizes(minimum=low, maximum=high, desired=count)


@dataclass
class ManagedGroups(_Gcp):
    name: str = "mig"
    cluster: str = ""
    resizing: str = "/resize"

    @property
    def scalers(self) -> Any:
        return self.local.sdk(compute_v1.AutoscalersClient)

    def make(self, sizes: Sizes, tenant: str) -> None:
        where = {"project": PROJECT, "zone": self.zone}
        properties = compute_v1.InstanceProperties(machine_type=self.machine, labels=self.labels(tenant))
        self.local.sdk(compute_v1.InstanceTemplatesClient).insert(
            project=PROJECT,
            instance_template_resource=compute_v1.InstanceTemplate(name="web-1", properties=properties),
        ).result()
        template = f"projects/{PROJECT}/global/instanceTemplates/web-1"
        group = compute_v1.InstanceGroupManager(name=POOL, instance_template=template, target_size=sizes.desired)
        managers = self.local.sdk(compute_v1.InstanceGroupManagersClient)
        managers.insert(**where, instance_group_manager_resource=group).result()
        if sizes.minimum < sizes.maximum:
            link = managers.get(**where, instance_group_manager=POOL).self_link
            policy = compute_v1.AutoscalingPolicy(
                min_num_replicas=sizes.minimum, max_num_replicas=sizes.maximum, cool_down_period_sec=77, mode="ON"
            )
            scaler = compute_v1.Autoscaler(name="by-load", target=link, autoscaling_policy=policy, description="Mine.")
            self.scalers.insert(**where, autoscaler_resource=scaler).result()

    def sizes(self) -> Sizes:
        where = {"project": PROJECT, "zone": self.zone}
        managers = self.local.sdk(compute_v1.InstanceGroupManagersClient)
        count = managers.get(**where, instance_group_manager=POOL).target_size
        found = list(self.scalers.list(**where))
        if not found or found[0].autoscaling_policy.mode == "OFF":
            return Sizes(minimum=count, maximum=count, desired=count)
        (scaler,) = found
        policy = scaler.autoscaling_policy
        return Sizes(minimum=policy.min_num_replicas, maximum=policy.max_num_replicas, desired=count)
