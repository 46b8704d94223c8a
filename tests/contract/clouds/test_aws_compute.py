"""EC2: what provisioning really creates, judged by plain boto3."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from mcp_handlers.aws import get_health, launch_spot, provision_compute, release_resource
from mcp_handlers.tools import get_health as health_tool
from mcp_handlers.tools import launch_spot as spot_tool
from mcp_handlers.tools import provision_compute as compute_tool
from mcp_handlers.tools import release_resource as release_tool
from mcp_handlers.tools.contract import Created
from tests.contract.clouds.aws_cloud import KEY, REGION, TAGS, LocalAws
from workflow.model.errors import NotFound, Rejected
from workflow.model.resource import Resource


def wanted(**changes: object) -> compute_tool.Input:
    return compute_tool.Input.model_validate({"region": REGION, "machine": "m7i.large", "tags": TAGS} | changes)


def wanted_spot(**changes: object) -> spot_tool.Input:
    return spot_tool.Input.model_validate({"region": REGION, "machine": "m7i.large", "tags": TAGS} | changes)


def status(aws: LocalAws, made: Created, tenant: str = "acme") -> str:
    asked = health_tool.Input(resource=made.resources[0], tenant=tenant)
    return get_health.call(asked, aws.clients(), "k").health.status


def release(aws: LocalAws, made: Created, tenant: str = "acme") -> bool:
    asked = release_tool.Input(resource=made.resources[0], tenant=tenant)
    return release_resource.call(asked, aws.clients(), "k").released


def test_an_instance_is_private_encrypted_and_tagged(aws: LocalAws) -> None:
    made = provision_compute.call(wanted(disk_gib=77), aws.clients(), KEY)

    (instance,) = aws.instances()
    assert made.resources == (
        Resource(cloud="aws", kind="instance", id=instance["InstanceId"], region=REGION, zone="eu-west-1a"),
    )
    assert {tag["Key"]: tag["Value"] for tag in instance["Tags"]} == {
        "tollgate:tenant": "acme",
        "tollgate:project": "vision",
        "tollgate:run": "run-1",
        "tollgate:owner": "ada@acme.eu",
        "tollgate:environment": "development",
        "tollgate:key": KEY,
    }
    assert "PublicIpAddress" not in instance
    assert instance["MetadataOptions"]["HttpTokens"] == "required"
    assert "InstanceLifecycle" not in instance
    (volume,) = aws.sdk("ec2").describe_volumes()["Volumes"]
    assert (volume["Encrypted"], volume["Size"], volume["VolumeType"]) == (True, 77, "gp3")
    assert instance["RootDeviceName"] == volume["Attachments"][0]["Device"]


def test_an_arm_machine_starts_from_an_arm_image(aws: LocalAws) -> None:
    provision_compute.call(wanted(machine="m7g.large", arch="arm64"), aws.clients(), KEY)
    assert [instance["Architecture"] for instance in aws.instances()] == ["arm64"]


def test_a_named_zone_is_where_the_machine_starts(aws: LocalAws) -> None:
    made = provision_compute.call(wanted(zone="eu-west-1b"), aws.clients(), KEY)
    assert [instance["Placement"]["AvailabilityZone"] for instance in aws.instances()] == ["eu-west-1b"]
    assert made.resources[0].zone == "eu-west-1b"


def test_without_a_zone_one_is_chosen_that_offers_the_machine(aws: LocalAws) -> None:
    offered = aws.sdk("ec2").describe_instance_type_offerings(
        LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": ["p4d.24xlarge"]}]
    )["InstanceTypeOfferings"]
    made = provision_compute.call(wanted(machine="p4d.24xlarge"), aws.clients(), KEY)
    assert made.resources[0].zone in {offer["Location"] for offer in offered}


def test_a_zone_without_a_subnet_is_rejected(aws: LocalAws) -> None:
    with pytest.raises(Rejected, match="no subnet in eu-west-1z"):
        provision_compute.call(wanted(zone="eu-west-1z"), aws.clients(), KEY)


def test_the_same_key_makes_the_machines_once(aws: LocalAws) -> None:
    first = provision_compute.call(wanted(count=3), aws.clients(), KEY)
    assert provision_compute.call(wanted(count=3), aws.clients(), KEY) == first
    assert len(aws.instances()) == 3


def test_the_same_key_at_the_same_time_makes_the_machines_once(aws: LocalAws) -> None:
    clients = aws.clients()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: provision_compute.call(wanted(count=2), clients, KEY), range(8)))
    assert made == [made[0]] * 8
    assert len(aws.instances()) == 2


def test_another_key_makes_another_machine(aws: LocalAws) -> None:
    provision_compute.call(wanted(), aws.clients(), KEY)
    provision_compute.call(wanted(), aws.clients(), KEY[::-1])
    assert len(aws.instances()) == 2


@pytest.mark.parametrize("changes", [{"encrypted": False}, {"public": True}])
def test_an_open_machine_is_rejected_and_nothing_is_made(aws: LocalAws, changes: dict[str, bool]) -> None:
    with pytest.raises(Rejected):
        provision_compute.call(wanted(**changes), aws.clients(), KEY)
    assert aws.instances() == []


def test_a_spot_machine_is_spot(aws: LocalAws) -> None:
    made = launch_spot.call(wanted_spot(max_price_micros_hour=1_250_000), aws.clients(), KEY)
    assert [(each["InstanceId"], each["InstanceLifecycle"]) for each in aws.instances()] == [
        (made.resources[0].id, "spot")
    ]


@pytest.mark.parametrize(("micros", "dollars"), [(1, "0.000001"), (1_250_000, "1.250000"), (32_772_600, "32.772600")])
def test_a_price_ceiling_is_said_in_exact_dollars(micros: int, dollars: str) -> None:
    assert launch_spot.dollars(micros) == dollars


def test_a_running_machine_is_healthy_and_a_released_one_is_gone(aws: LocalAws) -> None:
    made = provision_compute.call(wanted(), aws.clients(), KEY)
    assert status(aws, made) == "healthy"
    assert release(aws, made)
    assert aws.instances() == []
    assert aws.sdk("ec2").describe_volumes()["Volumes"] == []
    assert status(aws, made) == "gone"
    assert not release(aws, made)


def test_a_stopped_machine_is_unhealthy(aws: LocalAws) -> None:
    made = provision_compute.call(wanted(), aws.clients(), KEY)
    aws.sdk("ec2").stop_instances(InstanceIds=[made.resources[0].id])
    assert status(aws, made) == "unhealthy"


def test_a_machine_of_another_tenant_is_not_found_and_stays(aws: LocalAws) -> None:
    made = provision_compute.call(wanted(), aws.clients(), KEY)
    for reach in (status, release):
        with pytest.raises(NotFound):
            reach(aws, made, "rival")
    assert len(aws.instances()) == 1


def test_a_machine_that_tollgate_did_not_make_is_not_found_and_stays(aws: LocalAws) -> None:
    ec2 = aws.sdk("ec2")
    foreign = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.create_tags(Resources=[foreign], Tags=[{"Key": "tollgate:tenant", "Value": "acme"}])
    with pytest.raises(NotFound):
        release(aws, Created(resources=(Resource(cloud="aws", kind="instance", id=foreign, region=REGION),)))
    assert len(aws.instances()) == 1
