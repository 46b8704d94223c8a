"""What is particular to one kind of node pool: where bounds are kept, what is not touched, how ill health shows."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.gcp.metadata import PROJECT
from mcp_handlers.aws import get_health as aws_health
from mcp_handlers.aws import scale_nodepool as aws_scale
from mcp_handlers.azure import get_health as azure_health
from mcp_handlers.azure import scale_nodepool as azure_scale
from mcp_handlers.gcp import get_health as gcp_health
from mcp_handlers.gcp import scale_nodepool as gcp_scale
from mcp_handlers.tools import get_health
from mcp_handlers.tools.contract import Tags
from mcp_handlers.tools.scale_nodepool import Input, Output, Sizes
from tests.contract.clouds.aws_cloud import LocalAws
from tests.contract.clouds.azure_cloud import LocalAzure
from tests.contract.clouds.gcp_cloud import LocalGcp
from tests.contract.clouds.pool_clouds import POOL, Aks, Eks, Gke, ManagedGroups, Pools, ScaleSets, ScalingGroups
from workflow.model.errors import NoCapacity, QuotaExceeded, Rejected, Throttled

TAGS = Tags(tenant="acme", project="vision", run="run-1", owner="ada@acme", environment="staging")
START = Sizes(minimum=3, maximum=6, desired=3)
MORE = Sizes(minimum=3, maximum=9, desired=6)
SCALES = {"aws": aws_scale.call, "azure": azure_scale.call, "gcp": gcp_scale.call}
HEALTHS = {"aws": aws_health.call, "azure": azure_health.call, "gcp": gcp_health.call}


def wanted(pools: Pools, to: Sizes, **changes: Any) -> Input:
    asked = {"region": pools.region, "zone": pools.zone, "cluster": pools.cluster, "pool": POOL, "tags": TAGS}
    return Input(**{**asked, "machine": pools.machine, **to.model_dump(), **changes})


def scale(pools: Pools, to: Sizes = MORE, key: str = "key-1", **changes: Any) -> Output:
    return SCALES[pools.cloud](wanted(pools, to, **changes), pools.clients, key)


def status(pools: Pools) -> str:
    asked = get_health.Input(resource=wanted(pools, MORE).found_in(pools.cloud), tenant="acme")
    return HEALTHS[pools.cloud](asked, pools.clients, "").health.status


def test_eks_is_asked_for_no_maximum_of_zero(aws: LocalAws) -> None:
    pools = Eks(aws)
    pools.make(START, "acme")
    with pytest.raises(Rejected, match="at least 1"):
        scale(pools, Sizes(minimum=0, maximum=0, desired=0), accept_shrink=True)
    assert pools.sizes() == START


def test_the_machines_of_an_auto_scaling_group_do_not_get_the_mark(aws: LocalAws) -> None:
    pools = ScalingGroups(aws)
    pools.make(START, "acme")
    scale(pools)
    (group,) = aws.sdk("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    tags = {tag["Key"]: tag["PropagateAtLaunch"] for tag in group["Tags"]}
    assert tags == {"team": False, "tollgate:tenant": False, "tollgate:scaled": False}
    machines = aws.instances()
    assert len(machines) == 6
    assert not [tag for one in machines for tag in one["Tags"] if tag["Key"].startswith("tollgate")]


def test_a_group_of_several_machine_types_has_no_price_and_is_refused(aws: LocalAws) -> None:
    pools = ScalingGroups(aws)
    pools.make(START, "acme")
    scaling = aws.sdk("autoscaling")
    template = scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["LaunchTemplate"]["LaunchTemplateId"]
    mixed = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateId": template, "Version": "$Default"},
            "Overrides": [{"InstanceType": "m7i.large"}, {"InstanceType": "p5.48xlarge"}],
        }
    }
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="mixed",
        MixedInstancesPolicy=mixed,
        MinSize=0,
        MaxSize=1,
        DesiredCapacity=0,
        AvailabilityZones=["eu-west-1a"],
        Tags=[{"Key": "tollgate:tenant", "Value": "acme"}],
    )
    with pytest.raises(Rejected, match=r"has m7i.large, p5.48xlarge, not m7i.large"):
        scale(pools, pool="mixed")


def test_a_group_with_an_old_launch_configuration_is_scaled(aws: LocalAws) -> None:
    scaling = aws.sdk("autoscaling")
    scaling.create_launch_configuration(LaunchConfigurationName="old", ImageId="ami-12c6146b", InstanceType="m7i.large")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=POOL,
        LaunchConfigurationName="old",
        MinSize=3,
        MaxSize=6,
        DesiredCapacity=3,
        AvailabilityZones=["eu-west-1a"],
        Tags=[{"Key": "tollgate:tenant", "Value": "acme"}],
    )
    pools = ScalingGroups(aws)
    assert scale(pools).before == START
    assert pools.sizes() == MORE


def test_a_machine_of_an_auto_scaling_group_that_fails_shows(aws: LocalAws) -> None:
    pools = ScalingGroups(aws)
    pools.make(START, "acme")
    (group,) = aws.sdk("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    machine = group["Instances"][0]["InstanceId"]
    aws.sdk("autoscaling").set_instance_health(InstanceId=machine, HealthStatus="Unhealthy")
    assert status(pools) == "unhealthy"


@pytest.mark.parametrize("code", ["ResourceInUseException", "ScalingActivityInProgress", "ResourceContention"])
def test_a_group_that_aws_is_at_work_on_is_worth_another_try(code: str) -> None:
    from mcp_handlers.aws.pools import busy_is_passing

    with pytest.raises(Throttled), busy_is_passing():
        raise Rejected(f"AWS UpdateNodegroupConfig in eu-west-1: {code}: later")
    with pytest.raises(Rejected), busy_is_passing():
        raise Rejected("AWS UpdateNodegroupConfig in eu-west-1: InvalidParameterException: never")


def test_an_agent_pool_that_cannot_grow_is_failed_and_the_same_call_tries_again(azure: LocalAzure) -> None:
    pools = Aks(azure)
    pools.make(START, "acme")
    azure.fault("no_capacity", operation=pools.resizing, times=1)
    with pytest.raises(NoCapacity):
        scale(pools)
    assert status(pools) == "unhealthy"
    assert scale(pools).before == START
    assert (status(pools), pools.sizes()) == ("healthy", MORE)


@pytest.mark.parametrize("kind", [Aks, ScaleSets])
def test_growth_beyond_the_quota_is_refused(azure: LocalAzure, kind: Any) -> None:
    pools = kind(azure)
    pools.make(START, "acme")
    azure.fault("quota", limit=1, times=1)
    with pytest.raises(QuotaExceeded):
        scale(pools)
    assert pools.sizes().desired == 3


def test_machines_of_a_scale_set_that_fail_show(azure: LocalAzure) -> None:
    pools = ScaleSets(azure)
    pools.make(START, "acme")
    azure.fault("unhealthy")
    scale(pools)
    assert status(pools) == "unhealthy"


def test_the_rules_of_an_autoscale_setting_are_kept(azure: LocalAzure) -> None:
    pools = ScaleSets(azure)
    pools.make(START, "acme")
    scale(pools)
    scale(pools, Sizes(minimum=6, maximum=6, desired=6), key="key-2")
    found = azure.get(pools.path(pools.setting)).json()["properties"]
    assert (found["enabled"], found["profiles"][0]["rules"]) == (False, [{"by": "load"}])


def test_bounds_that_follow_a_timetable_are_not_overwritten(azure: LocalAzure) -> None:
    pools = ScaleSets(azure)
    pools.make(START, "acme")
    setting = azure.get(pools.path(pools.setting)).json()
    profiles = setting["properties"]["profiles"] * 2
    pools.put(pools.setting, setting | {"properties": setting["properties"] | {"profiles": profiles}})
    with pytest.raises(Rejected, match="2 profiles"):
        scale(pools)


def test_a_pool_in_three_zones_is_counted_and_bounded_over_all_of_them(gcp: LocalGcp) -> None:
    pools = Gke(gcp, zone="")
    pools.make(START, "acme")
    assert scale(pools).before == START
    assert pools.sizes() == MORE
    with pytest.raises(Rejected, match="3 zones"):
        scale(pools, Sizes(minimum=3, maximum=9, desired=7), key="key-2")


def test_a_node_pool_that_cannot_grow_is_told(gcp: LocalGcp) -> None:
    pools = Gke(gcp)
    pools.make(START, "acme")
    gcp.fault("no_capacity", operation=pools.resizing, times=1)
    with pytest.raises(NoCapacity):
        scale(pools)
    assert (scale(pools).before, pools.sizes()) == (START, MORE)


@pytest.mark.parametrize(("kind", "shown"), [(Gke, "unhealthy"), (ManagedGroups, "pending")])
def test_machines_that_do_not_come_up_show(gcp: LocalGcp, kind: Any, shown: str) -> None:
    pools = kind(gcp)
    pools.make(START, "acme")
    gcp.fault("unhealthy")
    scale(pools)
    assert status(pools) == shown


def test_another_autoscalers_rules_and_words_are_kept(gcp: LocalGcp) -> None:
    pools = ManagedGroups(gcp)
    pools.make(START, "acme")
    scale(pools)
    scale(pools, Sizes(minimum=1, maximum=20, desired=7), key="key-2")
    (scaler,) = pools.scalers.list(project=PROJECT, zone=pools.zone)
    assert (scaler.name, scaler.autoscaling_policy.cool_down_period_sec) == ("by-load", 77)
    assert scaler.description.startswith("Mine. [tollgate-scaled ")
    assert scaler.description.count("tollgate-scaled") == 1


def test_gpus_that_a_pools_machines_have_must_be_named(gcp: LocalGcp) -> None:
    pools = Gke(gcp, machine="n1-standard-8")
    pools.make(START, "acme")
    with pytest.raises(Rejected, match=r"has n1-standard-8, not n1-standard-8.2xT4"):
        scale(pools, machine="n1-standard-8.2xT4")
    assert scale(pools).after == MORE
