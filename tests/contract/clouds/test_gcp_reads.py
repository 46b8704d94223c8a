"""Health and quotas on Google Cloud, against the state that the local one really has."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.gcp.metadata import PROJECT
from mcp_handlers.gcp import (
    create_storage_bucket,
    get_health,
    get_quotas,
    launch_spot,
    provision_compute,
    release_resource,
    submit_ml_job,
)
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools import create_storage_bucket as bucket_tool
from mcp_handlers.tools import get_health as health_tool
from mcp_handlers.tools import get_quotas as quota_tool
from mcp_handlers.tools import launch_spot as spot_tool
from mcp_handlers.tools import provision_compute as machine_tool
from mcp_handlers.tools import release_resource as release_tool
from mcp_handlers.tools import submit_ml_job as job_tool
from tests.contract.clouds.gcp_cloud import REGION, TAGS, ZONE, LocalGcp
from workflow.model.errors import NotFound, QuotaExceeded, Rejected, Throttled
from workflow.model.resource import Resource


def machine(clients: Clients, key: str, name: str = "e2-standard-4") -> Resource:
    asked = machine_tool.Input(region=REGION, zone=ZONE, machine=name, tags=TAGS)
    return provision_compute.call(asked, clients, key).resources[0]


def spot(clients: Clients, key: str) -> Resource:
    asked = spot_tool.Input(region=REGION, zone=ZONE, machine="e2-standard-4", tags=TAGS)
    return launch_spot.call(asked, clients, key).resources[0]


def job(clients: Clients, key: str, **changes: Any) -> Resource:
    (bucket,) = create_storage_bucket.call(bucket_tool.Input(region=REGION, tags=TAGS), clients, "key-out").resources
    asked = {"region": REGION, "tags": TAGS, "hours": 1, "image": "acme/train:1", "bucket": bucket.id}
    return submit_ml_job.call(
        job_tool.Input(**{"machine": "a2-highgpu-1g", **asked, **changes}), clients, key
    ).resources[0]


def health(clients: Clients, made: Resource, tenant: str = "acme") -> tuple[str, str]:
    found = get_health.call(health_tool.Input(resource=made, tenant=tenant), clients, "").health
    assert found.resource == made
    return found.status, found.detail


def quota(clients: Clients, **asked: Any) -> quota_tool.Output:
    return get_quotas.call(quota_tool.Input(**{"region": REGION, "machine": "e2-standard-4", **asked}), clients, "")


def test_what_runs_is_healthy(gcp: LocalGcp, clients: Clients) -> None:
    asked = bucket_tool.Input(region=REGION, tags=TAGS)
    (bucket,) = create_storage_bucket.call(asked, clients, "key-1").resources

    assert health(clients, machine(clients, "key-1")) == ("healthy", "RUNNING")
    assert health(clients, job(clients, "key-1")) == ("healthy", "JOB_STATE_RUNNING")
    assert health(clients, bucket) == ("healthy", "the bucket exists")


def test_what_fails_to_run_is_unhealthy(gcp: LocalGcp, clients: Clients) -> None:
    gcp.fault("unhealthy")

    assert health(clients, machine(clients, "key-2")) == ("unhealthy", "TERMINATED")
    status, detail = health(clients, job(clients, "key-2"))
    assert (status, detail.split(" ")[0]) == ("unhealthy", "JOB_STATE_FAILED")


def test_spot_that_is_taken_back_is_gone_or_says_so(gcp: LocalGcp, clients: Clients) -> None:
    taken, failed = spot(clients, "key-3"), job(clients, "key-3", purchase="spot")
    kept = machine(clients, "key-4")
    gcp.fault("spot_reclaimed")

    assert health(clients, taken)[0] == "gone"
    assert health(clients, failed)[0] == "reclaimed"
    assert health(clients, kept)[0] == "healthy"


def test_a_job_that_was_cancelled_is_unhealthy(gcp: LocalGcp, clients: Clients) -> None:
    made = job(clients, "key-5")
    gcp.jobs.cancel_custom_job(name=f"projects/{PROJECT}/locations/{REGION}/customJobs/{made.id}")

    assert health(clients, made)[0] == "unhealthy"


def test_what_was_released_is_gone(gcp: LocalGcp, clients: Clients) -> None:
    made = machine(clients, "key-6")
    release_resource.call(release_tool.Input(resource=made, tenant="acme"), clients, "")

    assert health(clients, made)[0] == "gone"


def test_another_tenants_machine_is_not_found(gcp: LocalGcp, clients: Clients) -> None:
    with pytest.raises(NotFound):
        health(clients, machine(clients, "key-7"), tenant="rival")


def test_a_resource_of_another_cloud_is_not_found(gcp: LocalGcp, clients: Clients) -> None:
    with pytest.raises(NotFound):
        health(clients, Resource(cloud="aws", kind="instance", id="i-1", region=REGION))


def test_the_quota_of_a_plain_machine_is_the_regions_cpus(gcp: LocalGcp, clients: Clients) -> None:
    machine(clients, "key-8")

    found = quota(clients, count=3)
    assert found == quota_tool.Output(name="CPUS", unit="vCPUs", limit=5000, used=4, free=4996, needed=12)
    assert found.enough


@pytest.mark.parametrize(
    ("asked", "name", "unit", "needed"),
    [
        ({"purchase": "spot"}, "PREEMPTIBLE_CPUS", "vCPUs", 4),
        ({"machine": "n2-standard-8"}, "N2_CPUS", "vCPUs", 8),
        ({"machine": "a2-highgpu-1g", "count": 2}, "NVIDIA_A100_GPUS", "GPUs", 2),
        ({"machine": "a2-highgpu-1g", "purchase": "spot"}, "PREEMPTIBLE_NVIDIA_A100_GPUS", "GPUs", 1),
        ({"machine": "n1-standard-8.2xT4"}, "NVIDIA_T4_GPUS", "GPUs", 2),
        ({"machine": "c4-standard-8"}, "CPUS-PER-VM-FAMILY/C4", "vCPUs", 8),
        ({"machine": "a3-highgpu-8g"}, "GPUS-PER-GPU-FAMILY/NVIDIA_H100", "GPUs", 8),
        (
            {"machine": "a2-highgpu-1g", "managed": True},
            "aiplatform.googleapis.com/custom_model_training_nvidia_a100_gpus",
            "GPUs",
            1,
        ),
        (
            {"managed": True, "purchase": "spot"},
            "aiplatform.googleapis.com/custom_model_training_preemptible_cpus",
            "vCPUs",
            4,
        ),
    ],
)  # fmt: skip
def test_each_kind_of_machine_has_its_quota(
    gcp: LocalGcp, clients: Clients, asked: dict[str, Any], name: str, unit: str, needed: int
) -> None:
    found = quota(clients, **asked)

    assert (found.name, found.unit, found.used, found.needed) == (name, unit, 0, needed)
    assert found.enough


def test_use_is_counted_where_google_does_not_tell_it(gcp: LocalGcp, clients: Clients) -> None:
    machine(clients, "key-9", "c4-standard-8")
    machine(clients, "key-10", "e2-standard-8")
    job(clients, "key-9", count=3)
    job(clients, "key-10", purchase="spot")

    assert quota(clients, machine="c4-standard-4").used == 8
    assert quota(clients, machine="a2-highgpu-1g", managed=True).used == 3


@pytest.mark.parametrize("asked", [{}, {"machine": "c4-standard-8"}, {"machine": "a2-highgpu-1g", "managed": True}])
def test_a_lowered_quota_is_reported_and_holds(gcp: LocalGcp, clients: Clients, asked: dict[str, Any]) -> None:
    gcp.fault("quota", limit=0, region=REGION)

    found = quota(clients, **asked)
    assert (found.limit, found.free, found.enough) == (0, 0, False)
    with pytest.raises(QuotaExceeded):
        machine(clients, "key-11")


def test_a_machine_that_the_price_file_lacks_is_refused(gcp: LocalGcp, clients: Clients) -> None:
    with pytest.raises(Rejected):
        quota(clients, machine="z9-standard-8")


def test_a_read_that_is_throttled_says_so(gcp: LocalGcp, clients: Clients) -> None:
    gcp.fault("throttle", times=1)

    with pytest.raises(Throttled):
        quota(clients)
    assert quota(clients).enough


def test_a_place_that_is_not_there_is_an_error_and_no_quota(gcp: LocalGcp, clients: Clients) -> None:
    with pytest.raises(NotFound):
        quota(clients, region="europe-west99")
