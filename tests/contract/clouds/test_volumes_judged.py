"""How the local clouds refuse what a real one refuses about volumes, in the official SDKs' own errors."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from botocore.exceptions import ClientError
from google.api_core.exceptions import BadRequest
from google.cloud import compute_v1

from infra.local.azure.account import GROUP
from infra.local.gcp.metadata import PROJECT
from tests.contract.clouds.aws_cloud import LocalAws
from tests.contract.clouds.azure_cloud import LocalAzure
from tests.contract.clouds.gcp_cloud import LocalGcp
from tests.contract.clouds.volumes import KEY, Aws, Azure, Gcp


def ec2_code(act: Any, **asked: Any) -> str:
    with pytest.raises(ClientError) as refused:
        act(**asked)
    return str(refused.value.response["Error"]["Code"])


def test_ec2_keeps_a_client_token_even_when_its_volume_is_gone(aws: LocalAws) -> None:
    ec2 = aws.sdk("ec2")
    asked = {"AvailabilityZone": "eu-west-1a", "Size": 10, "ClientToken": "t"}
    first = ec2.create_volume(**asked)["VolumeId"]
    ec2.delete_volume(VolumeId=first)

    assert ec2.create_volume(**asked)["VolumeId"] == first
    assert ec2.describe_volumes()["Volumes"] == []
    assert ec2_code(ec2.create_volume, **asked | {"Size": 11}) == "IdempotentParameterMismatch"


def test_ec2_attaches_a_volume_once_in_one_zone_to_a_free_device(aws: LocalAws) -> None:
    world, ec2 = Aws(aws, aws.clients()), aws.sdk("ec2")
    machine = world.machine()
    near, far, third = (
        ec2.create_volume(AvailabilityZone=zone, Size=10)["VolumeId"] for zone in (*world.zones, world.zones[0])
    )
    asked = {"InstanceId": machine.id, "Device": "/dev/sdf"}
    ec2.attach_volume(VolumeId=near, **asked)

    assert ec2_code(ec2.attach_volume, VolumeId=near, **asked) == "VolumeInUse"
    assert ec2_code(ec2.attach_volume, VolumeId=far, **asked) == "InvalidVolume.ZoneMismatch"
    assert ec2_code(ec2.attach_volume, VolumeId=third, **asked) == "InvalidParameterValue"
    assert ec2_code(ec2.attach_volume, VolumeId="vol-0123456789abcdef0", **asked) == "InvalidVolume.NotFound"
    ec2.terminate_instances(InstanceIds=[machine.id])
    assert ec2_code(ec2.attach_volume, VolumeId=third, **asked) == "IncorrectState"


def test_azure_attaches_a_disk_once_and_in_one_zone_and_keeps_one_that_is_attached(azure: LocalAzure) -> None:
    world = Azure(azure)
    machine, other = world.machine(), world.machine(number=1)
    world.attach(machine)
    (held,) = world.volumes()
    properties = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 10}
    empty: Any = {"location": world.region, "zones": ["1"], "properties": properties}
    far = world.judge.disks.begin_create_or_update(GROUP, "far", empty).result()

    def code(**change: Any) -> str:
        asked: Any = change
        with pytest.raises(HttpResponseError) as refused:
            world.judge.virtual_machines.begin_attach_detach_data_disks(GROUP, other.id, asked).result()
        assert refused.value.error is not None
        return str(refused.value.error.code)

    near = world.judge.disks.get(GROUP, held.id).id
    assert code(dataDisksToAttach=[{"diskId": near}]) == "ConflictingUserInput"
    assert code(dataDisksToAttach=[{"diskId": far.id}]) == "BadRequest"
    assert code(dataDisksToAttach=[{"diskId": f"{near}-not"}]) == "NotFound"
    assert code(dataDisksToDetach=[{"diskId": near}]) == "InvalidParameter"
    assert code() == "InvalidParameter"
    with pytest.raises(HttpResponseError, match="is attached to VM"):
        world.judge.disks.begin_delete(GROUP, held.id)


def test_google_attaches_a_disk_once_and_keeps_one_that_is_attached(gcp: LocalGcp) -> None:
    world = Gcp(gcp, gcp.connect())
    machine = world.machine()
    world.attach(machine)
    (held,) = world.volumes()
    at = {"project": PROJECT, "zone": held.zone}
    judge = gcp.sdk(compute_v1.DisksClient)

    def refused(**disk: Any) -> str:
        resource = compute_v1.AttachedDisk(**disk)
        with pytest.raises(BadRequest) as error:
            gcp.instances.attach_disk(**at, instance=machine.id, attached_disk_resource=resource)
        return str(error.value.message)

    source = f"projects/{PROJECT}/zones/{held.zone}/disks/"
    judge.insert(**at, disk_resource=compute_v1.Disk(name="free", size_gb=10)).result()
    assert "already being used" in refused(source=source + held.id)
    assert "must be in" in refused(source=f"projects/{PROJECT}/zones/us-central1-a/disks/free")
    assert "It is in use" in refused(source=source + "free", device_name=held.id)
    with pytest.raises(BadRequest, match="already being used"):
        judge.delete(**at, disk=held.id)
    with pytest.raises(BadRequest, match="sizeGb"):
        judge.insert(**at, disk_resource=compute_v1.Disk(name="small", size_gb=1, type_="pd-balanced"))
    assert held.key == KEY
