"""Starting EC2 instances, on demand or spot: encrypted, without a public address, once per key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import KEY, TENANT, insist, labels
from mcp_handlers.aws.permissions import ANY, HERE, Allow
from mcp_handlers.tools.provision_compute import Input
from workflow.model.errors import Rejected
from workflow.model.resource import Resource

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef, InstanceMarketOptionsRequestTypeDef, InstanceTypeDef

_OURS = "arn:aws:ec2:{region}:{account}"
LAUNCH = (
    Allow(("ec2:DescribeInstances", "ec2:DescribeInstanceTypeOfferings", "ec2:DescribeSubnets"), ANY, HERE),
    Allow(("ssm:GetParameter",), ("arn:aws:ssm:{region}:*:parameter/aws/service/ami-amazon-linux-latest/*",)),
    Allow(("ec2:RunInstances",), (f"{_OURS}:instance/*",), {"ec2:InstanceType": "{machine}"}),
    Allow(
        ("ec2:RunInstances",),
        (
            f"{_OURS}:volume/*",
            f"{_OURS}:network-interface/*",
            f"{_OURS}:subnet/*",
            f"{_OURS}:security-group/*",
            "arn:aws:ec2:{region}:*:image/*",
        ),
    ),
    Allow(
        ("ec2:CreateTags",),
        (f"{_OURS}:instance/*", f"{_OURS}:volume/*", f"{_OURS}:network-interface/*"),
        {"ec2:CreateAction": "RunInstances", "aws:RequestTag/tollgate:tenant": "{tenant}"},
    ),
)
"""What starting machines needs, but for the spot request."""
_IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{arch}"
"""AWS's public parameter for the newest Amazon Linux 2023; its root device is /dev/xvda."""
_ROOT = "/dev/xvda"
_LIVING = ["pending", "running", "stopping", "stopped"]


def launch(
    wanted: Input, clients: Clients, key: str, market: InstanceMarketOptionsRequestTypeDef | None = None
) -> tuple[Resource, ...]:
    """Start `wanted.count` instances, all or none; those that `key` has started already, if it has."""
    insist(wanted)
    ec2 = clients.ec2(wanted.region)
    with translated(clients, wanted.region):
        started = _started(ec2, wanted.tags.tenant, key)
        if started:
            return _resources(started, wanted.region)
        image = clients.ssm(wanted.region).get_parameter(Name=_IMAGE.format(arch=wanted.arch))["Parameter"]["Value"]
        subnet = _subnet(ec2, wanted)
    with translated(clients, wanted.region, writes=True):
        return _resources(_run(ec2, wanted, key, image, subnet, market), wanted.region)


def _started(ec2: EC2Client, tenant: str, key: str) -> list[InstanceTypeDef]:
    """What this key has started. EC2's client token alone forgets in time, and is lost on a changed default image."""
    found = ec2.describe_instances(
        Filters=[
            {"Name": f"tag:{KEY}", "Values": [key]},
            {"Name": f"tag:{TENANT}", "Values": [tenant]},
            {"Name": "instance-state-name", "Values": _LIVING},
        ]
    )
    return [instance for reservation in found["Reservations"] for instance in reservation["Instances"]]


def _subnet(ec2: EC2Client, wanted: Input) -> str:
    """The subnet to start in: of the wanted zone, else of a zone that offers the machine; default ones first."""
    zones = [wanted.zone] if wanted.zone else _zones(ec2, wanted.machine)
    filters: list[FilterTypeDef] = [{"Name": "availability-zone", "Values": zones}] if zones else []
    found = ec2.describe_subnets(Filters=[*filters, {"Name": "state", "Values": ["available"]}])["Subnets"]
    if not found:
        raise Rejected(
            f"The account has no subnet in {', '.join(zones) or wanted.region}.", "Make one, or a default VPC."
        )
    best = min(found, key=lambda subnet: (not subnet["DefaultForAz"], subnet["AvailabilityZone"], subnet["SubnetId"]))
    return best["SubnetId"]


def _zones(ec2: EC2Client, machine: str) -> list[str]:
    offered = ec2.describe_instance_type_offerings(
        LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": [machine]}]
    )
    return sorted(offering["Location"] for offering in offered["InstanceTypeOfferings"])


def _run(
    ec2: EC2Client,
    wanted: Input,
    key: str,
    image: str,
    subnet: str,
    market: InstanceMarketOptionsRequestTypeDef | None,
) -> list[InstanceTypeDef]:
    tagged = ["instance", "volume", "network-interface", *(["spot-instances-request"] if market else [])]
    disk = {"VolumeSize": wanted.disk_gib, "VolumeType": "gp3", "Encrypted": True, "DeleteOnTermination": True}
    network = {
        "DeviceIndex": 0,
        "SubnetId": subnet,
        "AssociatePublicIpAddress": False,
        "DeleteOnTermination": True,
    }
    asked: dict[str, Any] = {
        "ClientToken": key,
        "ImageId": image,
        "InstanceType": wanted.machine,
        "MinCount": wanted.count,
        "MaxCount": wanted.count,
        "BlockDeviceMappings": [{"DeviceName": _ROOT, "Ebs": disk}],
        "NetworkInterfaces": [network],
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1},
        "TagSpecifications": [{"ResourceType": kind, "Tags": labels(wanted.tags, key)} for kind in tagged],
        **({"InstanceMarketOptions": market} if market else {}),
    }
    return ec2.run_instances(**asked)["Instances"]


def _resources(instances: list[InstanceTypeDef], region: str) -> tuple[Resource, ...]:
    placed = sorted((instance["InstanceId"], instance["Placement"]["AvailabilityZone"]) for instance in instances)
    return tuple(Resource(cloud="aws", kind="instance", id=name, region=region, zone=zone) for name, zone in placed)
