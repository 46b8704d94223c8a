"""A tool's role does that tool's work and no other's, on an AWS account that enforces IAM."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.registry import contract, tool_names
from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.role import SETTING
from mcp_handlers.aws.routes import noting
from tests.contract.clouds.aws_cloud import REGION
from tests.contract.roles.account import NUMBER, Account, permissions, running, work
from workflow.model.base import Json
from workflow.model.errors import NoPermission

TAGS = {"tenant": "acme", "project": "vision", "run": "run-1", "owner": "ada", "environment": "development"}
PLACED: Json = {"region": REGION, "tags": TAGS}
MACHINE: Json = {**PLACED, "machine": "m7i.large", "zone": f"{REGION}a"}
OURS = [{"Key": "tollgate:tenant", "Value": "acme"}, {"Key": "tollgate:key", "Value": "k" * 40}]
TRIES: dict[str, tuple[str, Callable[[Clients], Any]]] = {
    "provision_compute": ("ec2:RunInstances", lambda aws: run_instances(aws, REGION)),
    "launch_spot": ("ec2:RunInstances", lambda aws: run_instances(aws, REGION)),
    "attach_volume": (
        "ec2:AttachVolume",
        lambda aws: aws.ec2(REGION).attach_volume(VolumeId="vol-1", InstanceId="i-1", Device="/dev/sdf"),
    ),
    "create_storage_bucket": (
        "s3:PutBucketPublicAccessBlock",
        lambda aws: aws.s3(REGION).put_public_access_block(Bucket="theirs", PublicAccessBlockConfiguration={}),
    ),
    "rotate_secret": (
        "secretsmanager:PutSecretValue",
        lambda aws: aws.secrets(REGION).put_secret_value(SecretId="theirs", SecretString="mine"),
    ),
    "failover_route": (
        "route53:ChangeResourceRecordSets",
        lambda aws: aws.route53(REGION).change_resource_record_sets(
            HostedZoneId="Z1", ChangeBatch={"Changes": [noting("shop.example.com", "A", "mine")]}
        ),
    ),
    "scale_nodepool": (
        "autoscaling:UpdateAutoScalingGroup",
        lambda aws: aws.autoscaling(REGION).update_auto_scaling_group(AutoScalingGroupName="theirs", MaxSize=9),
    ),
    "release_resource": (
        "ec2:TerminateInstances",
        lambda aws: aws.ec2(REGION).terminate_instances(InstanceIds=["i-1"]),
    ),
    "get_health": ("ec2:DescribeInstanceStatus", lambda aws: aws.ec2(REGION).describe_instance_status()),
    "get_quotas": (
        "ec2:DescribeInstanceTypes",
        lambda aws: aws.ec2(REGION).describe_instance_types(InstanceTypes=["m7i.large"]),
    ),
}
"""What is peculiar to a tool's work, of what ministack enforces."""


def run_instances(aws: Clients, region: str) -> Any:
    """Start a machine."""
    return aws.ec2(region).run_instances(ImageId="ami-1", InstanceType="m7i.large", MinCount=1, MaxCount=1)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """One account for these tests."""
    with running(tmp_path_factory.mktemp("account"), {}) as account:
        yield account


def actions(tool: str) -> set[str]:
    """Every action of the tool's permissions."""
    return {action for one in permissions(tool) for action in one.actions}


@pytest.mark.parametrize("tool", tool_names())
def test_a_tools_role_cannot_do_another_tools_work(account: Account, tool: str) -> None:
    mine = account.unnarrowed(tool)
    strange = {action: attempt for action, attempt in TRIES.values() if action not in actions(tool)}
    assert len(strange) >= len(set(dict(TRIES.values()))) - 1
    for attempt in strange.values():
        with pytest.raises(NoPermission), translated(mine, REGION, writes=True):
            attempt(mine)


def test_the_function_itself_may_do_nothing_but_take_a_role(account: Account) -> None:
    function = Clients(account.environment)
    for _, attempt in TRIES.values():
        with pytest.raises(NoPermission), translated(function, REGION, writes=True):
            attempt(function)


def machine(account: Account) -> Json:
    """A running machine, as a resource."""
    made = account.call("provision_compute", MACHINE)
    found: Json = made.resources[0].model_dump(mode="json")
    return found


def test_provision_compute_starts_a_machine(account: Account) -> None:
    assert machine(account)["zone"] == f"{REGION}a"


def test_launch_spot_starts_a_machine(account: Account) -> None:
    assert len(account.call("launch_spot", {**MACHINE, "count": 2}, "s" * 40).resources) == 2


def test_attach_volume_attaches_one_that_it_made(account: Account) -> None:
    done = account.call("attach_volume", {**PLACED, "instance": machine(account), "size_gib": 10})
    (found,) = account.root("ec2").describe_volumes(VolumeIds=[done.resources[0].id])["Volumes"]
    assert (found["Attachments"][0]["Device"], found["Size"]) == (done.device, 10)


def test_create_storage_bucket_makes_a_private_bucket(account: Account) -> None:
    assert account.call("create_storage_bucket", {**PLACED, "name": "acmemade"}).url == "s3://acmemade"


def test_get_health_looks_at_a_machine(account: Account) -> None:
    found = account.call("get_health", {"resource": machine(account), "tenant": "acme"})
    assert found.health.status in ("healthy", "pending")


def test_release_resource_ends_a_machine_and_a_bucket(account: Account) -> None:
    started = account.call("provision_compute", MACHINE, "r" * 40).resources[0].model_dump(mode="json")
    assert account.call("release_resource", {"resource": started, "tenant": "acme"}).released
    bucket = account.call("create_storage_bucket", {**PLACED, "name": "acmegoing"}).resources[0].model_dump(mode="json")
    account.root("s3").put_object(Bucket="acmegoing", Key="a", Body=b"1")
    assert account.call("release_resource", {"resource": bucket, "tenant": "acme"}).released


def test_rotate_secret_rotates(account: Account) -> None:
    account.root("secretsmanager").create_secret(Name="acme/db", SecretString="old", Tags=OURS)
    done = account.call("rotate_secret", {"region": REGION, "secret": "acme/db", "tenant": "acme"})
    assert (done.version, bool(done.previous)) == ("k" * 40, True)


def test_scale_nodepool_scales_a_group(account: Account) -> None:
    template = account.root("ec2").create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData={"InstanceType": "m7i.large", "ImageId": "ami-1"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    account.root("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="web",
        LaunchTemplate={"LaunchTemplateId": template, "Version": "$Default"},
        MinSize=1,
        MaxSize=2,
        DesiredCapacity=1,
        AvailabilityZones=[f"{REGION}a"],
        Tags=[{**OURS[0], "ResourceId": "web", "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}],
    )
    sizes = {"minimum": 1, "maximum": 3, "desired": 2}
    done = account.call(
        "scale_nodepool", {"region": REGION, "pool": "web", "machine": "m7i.large", **sizes, "tags": TAGS}
    )
    assert done.after.model_dump() == sizes


def test_failover_route_moves_traffic(account: Account) -> None:
    root = account.root("route53")
    zone = root.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"].rpartition("/")[2]
    root.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, AddTags=[OURS[0]])
    record = {"Name": "shop.example.com", "Type": "A", "TTL": 60}
    rows = [
        {**record, "SetIdentifier": name, "Weight": weight, "ResourceRecords": [{"Value": f"192.0.2.{weight}"}]}
        for name, weight in (("old", 100), ("new", 0))
    ]
    changes = [{"Action": "CREATE", "ResourceRecordSet": row} for row in rows]
    root.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    move = {"from_target": "old", "to_target": "new", "force": True}
    asked = {"region": REGION, "zone": zone, "record": "shop.example.com", "tenant": "acme", **move}
    assert account.call("failover_route", asked).after == {"old": 0.0, "new": 100.0}


def test_get_cost_estimate_needs_no_role_at_all(account: Account) -> None:
    assert account.call("get_cost_estimate", {"vcpus": 2}).offers


def test_a_session_reaches_no_other_region_than_its_role_may(account: Account) -> None:
    wide, narrow = account.unnarrowed("provision_compute"), account.clients("provision_compute", MACHINE)
    assert run_instances(wide, "us-east-1")["Instances"]
    assert run_instances(narrow, REGION)["Instances"]
    with pytest.raises(NoPermission), translated(narrow, "us-east-1", writes=True):
        run_instances(narrow, "us-east-1")


def test_a_session_says_whose_it_is(account: Account) -> None:
    said = account.clients("provision_compute", MACHINE).sts().get_caller_identity()["Arn"]
    assert said.endswith(":assumed-role/tollgate-provision_compute/run-1-ada@acme.eu")


def test_where_the_role_may_not_be_taken_nothing_is_done(account: Account) -> None:
    stranger = {**account.environment, SETTING: f"arn:aws:iam::{NUMBER}:role/somebody-elses"}
    refused = replace(account, environment=stranger)
    with pytest.raises(NoPermission, match="AssumeRole"):
        refused.call("provision_compute", MACHINE)


def test_a_setting_that_is_no_role_stops_the_function_as_it_starts(account: Account) -> None:
    with pytest.raises(NoPermission):
        replace(account, environment={SETTING: "administrator"}).role("provision_compute")


def test_the_same_call_again_uses_the_session_it_has(account: Account) -> None:
    role = account.role("get_health")
    asked = {"resource": {"cloud": "aws", "kind": "instance", "id": "i-1", "region": REGION}, "tenant": "acme"}
    mine, theirs = (
        work("get_health", contract("get_health").input.model_validate(asked), tenant=tenant)
        for tenant in ("acme", "rival")
    )
    assert role.clients(mine) is role.clients(mine)
    assert role.clients(mine) is not role.clients(theirs)
    assert role.clients(mine) is not role.clients(replace(mine, run="run-2"))
