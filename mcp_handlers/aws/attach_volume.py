"""Create an EBS volume and attach it to an instance."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from mcp_handlers.aws import volumes
from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import KEY, TENANT, insist, labels
from mcp_handlers.aws.owned import find_instance
from mcp_handlers.aws.permissions import ANY, HERE, OWN, Allow
from mcp_handlers.kernel import deadline
from mcp_handlers.tools.attach_volume import Input, Output, insist_same_place
from workflow.model.errors import NotFound, OutcomeUnknown, Rejected, TollgateError, Unhealthy
from workflow.model.resource import Resource

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import InstanceTypeDef

_VOLUMES = "arn:aws:ec2:{region}:{account}:volume/*"
PERMISSIONS = (
    Allow(("ec2:DescribeInstances", "ec2:DescribeVolumes"), ANY, HERE),
    Allow(("ec2:CreateVolume",), (_VOLUMES,), {"aws:RequestTag/tollgate:tenant": "{tenant}"}),
    Allow(("ec2:CreateTags",), (_VOLUMES,), {"ec2:CreateAction": "CreateVolume"}),
    Allow(("ec2:AttachVolume",), ("arn:aws:ec2:{region}:{account}:instance/{instance.id}", _VOLUMES), OWN),
    Allow(("ec2:DeleteVolume",), (_VOLUMES,), OWN),
)
APPEARS_SECONDS = 5.0
"""How long EC2 may take to show a volume that it has made; one that is not seen by then has been deleted since."""
_LOOK_SECONDS = 0.25
_ATTEMPTS = 4
_DEVICES = tuple(f"/dev/sd{letter}" for letter in "fghijklmnop")
"""The names that AWS recommends for data volumes; on Nitro machines Linux finds the volume by its id as well."""
_TAKES_VOLUMES = ("running", "stopping", "stopped")


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """CreateVolume and AttachVolume, once per key. A volume that this call made and cannot attach is deleted again."""
    insist(wanted)
    zone = _instance(wanted, clients)["Placement"]["AvailabilityZone"]
    insist_same_place(wanted, wanted.region, zone)
    volume = _found(wanted, clients, key)
    made = "" if volume else _created(wanted, clients, key, zone)
    try:
        device = _attached(wanted, clients, volume or made)
    except TollgateError as error:
        if made:
            _take_back(clients, made, wanted.region, error)
        raise
    resource = Resource(cloud="aws", kind="volume", id=volume or made, region=wanted.region, zone=zone)
    return Output(resources=(resource,), device=device)


def _instance(wanted: Input, clients: Clients) -> InstanceTypeDef:
    """The machine, once it has started: EC2 attaches nothing to one that is about to."""
    seconds = deadline.wait(volumes.WAIT_SECONDS)
    end = time.monotonic() + seconds
    while True:
        found = find_instance(clients, wanted.instance, wanted.tags.tenant)
        state = "" if found is None else found["State"]["Name"]
        if found is not None and state in _TAKES_VOLUMES:
            return found
        if state != "pending":
            raise NotFound(f"There is no machine {wanted.instance.id} in {wanted.region}.")
        if time.monotonic() >= end:
            raise Unhealthy(f"The machine {wanted.instance.id} has not started within {seconds:.0f} seconds.")
        time.sleep(_LOOK_SECONDS)


def _found(wanted: Input, clients: Clients, key: str) -> str:
    """The volume that this key has made already, or empty. EC2's client token alone forgets in time."""
    with translated(clients, wanted.region):
        found = clients.ec2(wanted.region).describe_volumes(
            Filters=[
                {"Name": f"tag:{KEY}", "Values": [key]},
                {"Name": f"tag:{TENANT}", "Values": [wanted.tags.tenant]},
                {"Name": "status", "Values": ["creating", "available", "in-use"]},
            ]
        )["Volumes"]
    return min((volume["VolumeId"] for volume in found), default="")


def _created(wanted: Input, clients: Clients, key: str, zone: str) -> str:
    """Create the volume, or get the one that a twin of this call has just created.

    A client token answers with its first volume even when that is gone, so the next attempt has the next token.
    """
    asked: dict[str, Any] = {
        "AvailabilityZone": zone,
        "Size": wanted.size_gib,
        "VolumeType": "gp3",
        "Encrypted": True,
        "TagSpecifications": [{"ResourceType": "volume", "Tags": labels(wanted.tags, key)}],
    }
    for attempt in range(_ATTEMPTS):
        with translated(clients, wanted.region, writes=True):
            made = clients.ec2(wanted.region).create_volume(ClientToken=f"{key}-{attempt}", **asked)["VolumeId"]
        if _appears(clients, made, wanted.region):
            return made
    raise OutcomeUnknown(f"The volume of this call was taken away each time it was made in {wanted.region}.")


def _appears(clients: Clients, volume: str, region: str) -> bool:
    end = time.monotonic() + deadline.wait(APPEARS_SECONDS)
    while volumes.look(clients, volume, region) is None:
        if time.monotonic() > end:
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def _attached(wanted: Input, clients: Clients, volume: str) -> str:
    """Attach the volume, unless it is; the device's name."""
    trouble: TollgateError | None = None
    for _ in range(_ATTEMPTS):
        device = _held(wanted, clients, volume)
        if device:
            return device
        try:
            return _attach(wanted, clients, volume)
        except TollgateError as error:
            trouble = error
            if "already in use" not in error.message:
                break
    device = _held(wanted, clients, volume)
    if device or trouble is None:
        return device
    raise trouble


def _held(wanted: Input, clients: Clients, volume: str) -> str:
    """The device that the volume is attached as; empty if it is not. Raises Rejected where another machine has it."""
    found = volumes.settled(clients, volume, wanted.region)
    if found is None:
        raise OutcomeUnknown(f"The volume {volume} was taken away while it was being attached.")
    for attachment in found["Attachments"]:
        if attachment["InstanceId"] != wanted.instance.id:
            raise Rejected(
                f"The volume {volume} is attached to another machine, {attachment['InstanceId']}.",
                "Release the volume, or ask for another one.",
            )
        return attachment["Device"]
    return ""


def _attach(wanted: Input, clients: Clients, volume: str) -> str:
    taken = {mapping["DeviceName"] for mapping in _instance(wanted, clients).get("BlockDeviceMappings", [])}
    free = [device for device in _DEVICES if device not in taken]
    if not free:
        raise Rejected(f"The machine {wanted.instance.id} has no device name left for a volume.", "Release a volume.")
    # Spread, so that calls for one machine at the same moment seldom choose the same name.
    device = free[sum(volume.encode()) % len(free)]
    with translated(clients, wanted.region, writes=True):
        clients.ec2(wanted.region).attach_volume(VolumeId=volume, InstanceId=wanted.instance.id, Device=device)
    return device


def _take_back(clients: Clients, volume: str, region: str, cause: TollgateError) -> None:
    """Delete the volume; EC2 keeps one that a twin of this call has attached meanwhile."""
    try:
        with translated(clients, region, writes=True):
            clients.ec2(region).delete_volume(VolumeId=volume)
    except NotFound:
        return
    except TollgateError:
        cause.remedy += f" The volume {volume} may be left in {region}."
