"""EBS volumes: reading one, how it stands, and taking it away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import by_name
from mcp_handlers.aws.owned import insist_ours
from mcp_handlers.kernel import deadline
from workflow.model.errors import NotFound, OutcomeUnknown, Rejected
from workflow.model.resource import Resource

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import VolumeTypeDef

WAIT_SECONDS = 60.0
"""How long EC2 may take to make, attach or detach a volume; it usually takes a few seconds."""
_POLL_SECONDS = 0.5
_MOVING = ("attaching", "detaching", "busy")
Status = Literal["healthy", "pending", "unhealthy", "gone", "finished"]
_ATTACHMENTS: dict[str, Status] = {"attached": "healthy", "attaching": "pending"}


def look(clients: Clients, volume: str, region: str) -> VolumeTypeDef | None:
    """The volume as EC2 describes it; None where there is none."""
    try:
        with translated(clients, region):
            found = clients.ec2(region).describe_volumes(VolumeIds=[volume])["Volumes"]
    except NotFound:
        return None
    return found[0] if found and found[0]["State"] not in ("deleting", "deleted") else None


def settled(clients: Clients, volume: str, region: str) -> VolumeTypeDef | None:
    """As `look`, once EC2 is neither making, attaching nor detaching it. Raises OutcomeUnknown after a long wait.

    EC2's own waiters each wait for one state and take a volume that a twin has attached for one that is never ready.
    """
    seconds = deadline.wait(WAIT_SECONDS)
    end = time.monotonic() + seconds
    while True:
        found = look(clients, volume, region)
        if found is None or not _moving(found):
            return found
        if time.monotonic() >= end:
            raise OutcomeUnknown(
                f"AWS is still working on the volume {volume} in {region} after {seconds:.0f} seconds."
            )
        time.sleep(_POLL_SECONDS)


def volume_standing(clients: Clients, resource: Resource, tenant: str) -> tuple[Status, str]:
    """How a tenant's volume stands, in words. One that no machine has is of no use, so it is not healthy."""
    found = _owned(clients, resource, tenant)
    if found is None:
        return "gone", "It does not exist."
    state = found["State"]
    if state == "creating":
        return "pending", "EBS volume creating"
    for each in found["Attachments"]:
        held = f"EBS volume {state}, {each['State']} to {each['InstanceId']} as {each['Device']}"
        return _ATTACHMENTS.get(each["State"], "unhealthy"), held
    return "unhealthy", f"EBS volume {state}, attached to no machine"


def release_volume(clients: Clients, resource: Resource, tenant: str) -> bool:
    """Detach a tenant's volume from wherever it is, and delete it. False if it was not there."""
    volume, region = resource.id, resource.region
    if _owned(clients, resource, tenant) is None:
        return False
    found = settled(clients, volume, region)
    if found is None:
        return False
    for attachment in found["Attachments"]:
        if not _detached(clients, resource, attachment["InstanceId"]):
            return False
    return settled(clients, volume, region) is not None and _deleted(clients, resource)


def _deleted(clients: Clients, resource: Resource) -> bool:
    """Delete it. False where another call was quicker."""
    try:
        with translated(clients, resource.region, writes=True):
            clients.ec2(resource.region).delete_volume(VolumeId=resource.id)
    except (NotFound, Rejected):
        if settled(clients, resource.id, resource.region) is not None:
            raise
        return False
    return True


def _detached(clients: Clients, resource: Resource, instance: str) -> bool:
    """Detach it, or find that another call has. False where the volume is gone by now."""
    volume, region = resource.id, resource.region
    try:
        with translated(clients, region, writes=True):
            clients.ec2(region).detach_volume(VolumeId=volume, InstanceId=instance)
    except (NotFound, Rejected):
        found = settled(clients, volume, region)
        if found is not None and any(each["InstanceId"] == instance for each in found["Attachments"]):
            raise
        return found is not None
    return True


def _owned(clients: Clients, resource: Resource, tenant: str) -> VolumeTypeDef | None:
    found = look(clients, resource.id, resource.region)
    if found is not None:
        insist_ours(by_name(found.get("Tags", [])), resource, tenant)
    return found


def _moving(found: VolumeTypeDef) -> bool:
    return found["State"] == "creating" or any(each["State"] in _MOVING for each in found["Attachments"])
