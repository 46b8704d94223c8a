"""Each fault of the front, through the real SDK and the handlers, as the error that the workflow acts on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mcp_handlers.aws import (
    create_storage_bucket,
    get_health,
    get_quotas,
    launch_spot,
    provision_compute,
    release_resource,
)
from mcp_handlers.aws.client import Clients
from mcp_handlers.tools import create_storage_bucket as bucket_tool
from mcp_handlers.tools import get_health as health_tool
from mcp_handlers.tools import get_quotas as quota_tool
from mcp_handlers.tools import launch_spot as spot_tool
from mcp_handlers.tools import provision_compute as compute_tool
from mcp_handlers.tools import release_resource as release_tool
from tests.contract.clouds.aws_cloud import KEY, REGION, TAGS, LocalAws, free_port
from workflow.model.errors import (
    CloudDown,
    NoCapacity,
    NoPermission,
    OutcomeUnknown,
    QuotaExceeded,
    RegionDown,
    Throttled,
    TollgateError,
)
from workflow.model.resource import Resource

Act = Callable[[Clients], object]
INSTANCE = Resource(cloud="aws", kind="instance", id="i-0123456789abcdef0", region=REGION)


def start(clients: Clients, region: str = REGION) -> compute_tool.Output:
    wanted = compute_tool.Input(region=region, machine="m7i.large", tags=TAGS)
    return provision_compute.call(wanted, clients, KEY)


def start_spot(clients: Clients) -> spot_tool.Output:
    return launch_spot.call(spot_tool.Input(region=REGION, machine="m7i.large", tags=TAGS), clients, KEY)


ACTS: dict[str, Act] = {
    "ec2": start,
    "s3": lambda clients: create_storage_bucket.call(bucket_tool.Input(region=REGION, tags=TAGS), clients, KEY),
    "quotas": lambda clients: get_quotas.call(quota_tool.Input(region=REGION, machine="m7i.large"), clients, KEY),
    "job": lambda clients: get_health.call(
        health_tool.Input(resource=INSTANCE.model_copy(update={"kind": "job"}), tenant="acme"), clients, KEY
    ),
    "release": lambda clients: release_resource.call(
        release_tool.Input(resource=INSTANCE, tenant="acme"), clients, KEY
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize(
    ("kind", "raised"), [("throttle", Throttled), ("region_down", RegionDown), ("cloud_down", CloudDown)]
)
def test_trouble_of_the_cloud_is_told_apart(aws: LocalAws, act: Act, kind: str, raised: type[TollgateError]) -> None:
    aws.fault(kind, region="" if kind == "cloud_down" else REGION)
    with pytest.raises(raised):
        act(aws.clients())


def test_trouble_of_one_region_leaves_the_others_alone(aws: LocalAws) -> None:
    aws.fault("region_down", region=REGION)
    assert start(aws.clients(), "eu-central-1").resources[0].region == "eu-central-1"


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_the_region_that_is_asked_for_comparison_may_be_the_one_that_is_down(aws: LocalAws, region: str) -> None:
    aws.fault("region_down", region=region)
    with pytest.raises(RegionDown):
        start(aws.clients(), region)


def test_an_endpoint_that_nobody_serves_is_a_cloud_that_is_down(aws: LocalAws) -> None:
    environment = aws.environment | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}
    with pytest.raises(CloudDown):
        start(Clients(environment))


def test_an_internal_error_on_a_write_leaves_its_outcome_unknown(aws: LocalAws) -> None:
    aws.fault("error", operation="RunInstances", times=1)
    with pytest.raises(OutcomeUnknown):
        start(aws.clients())
    assert len(start(aws.clients()).resources) == len(aws.instances()) == 1


def test_a_write_that_is_not_answered_in_time_is_found_again_by_its_key(aws: LocalAws) -> None:
    aws.fault("latency", operation="RunInstances", latency_ms=4000, times=1)
    with pytest.raises(OutcomeUnknown):
        start(aws.clients(read_seconds=2))
    assert len(start(aws.clients()).resources) == len(aws.instances()) == 1


def test_no_capacity_is_told_and_nothing_is_left(aws: LocalAws) -> None:
    aws.fault("no_capacity", region=REGION, times=2)
    for act in (start, start_spot):
        with pytest.raises(NoCapacity):
            act(aws.clients())
    assert aws.instances() == []
    assert len(start(aws.clients()).resources) == 1


def test_a_launch_beyond_the_quota_is_refused_and_nothing_is_left(aws: LocalAws) -> None:
    aws.fault("quota", limit=1)
    with pytest.raises(QuotaExceeded, match="VcpuLimitExceeded"):
        start(aws.clients())
    with pytest.raises(QuotaExceeded, match="MaxSpotInstanceCountExceeded"):
        start_spot(aws.clients())
    assert aws.instances() == []


def test_a_launch_within_a_lowered_quota_goes_through(aws: LocalAws) -> None:
    aws.fault("quota", limit=2)
    assert len(start(aws.clients()).resources) == 1


def health(clients: Clients, made: compute_tool.Output | spot_tool.Output) -> str:
    asked = health_tool.Input(resource=made.resources[0], tenant="acme")
    return get_health.call(asked, clients, KEY).health.status


def test_a_machine_that_fails_to_run_is_unhealthy(aws: LocalAws) -> None:
    aws.fault("unhealthy", times=1)
    clients = aws.clients()
    assert health(clients, start(clients)) == "unhealthy"


def test_a_spot_machine_that_is_taken_back_is_gone_and_an_on_demand_one_is_not(aws: LocalAws) -> None:
    aws.fault("spot_reclaimed")
    clients = aws.clients()
    assert health(clients, start(clients)) == "healthy"
    spot = launch_spot.call(spot_tool.Input(region=REGION, machine="m7i.large", tags=TAGS), clients, KEY[::-1])
    assert health(clients, spot) == "gone"


def test_missing_credentials_are_a_matter_of_permission(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(NoPermission):
        start(Clients({"AWS_ENDPOINT_URL": aws.url}))


@pytest.mark.parametrize("kind", ["throttle", "error", "region_down", "cloud_down", "no_capacity", "quota"])
def test_no_error_tells_a_secret(aws: LocalAws, kind: str) -> None:
    aws.fault(kind)
    with pytest.raises(TollgateError) as caught:
        start(aws.clients())
    told = f"{caught.value.message} {caught.value.remedy} {caught.value.__cause__!r}"
    assert "secret-test-value" not in told
    assert "Signature" not in told
