"""Buckets and training jobs on Google Cloud, judged by google-cloud-storage and google-cloud-aiplatform."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest
from google.cloud.aiplatform_v1.types import AcceleratorType, JobState, Scheduling

from infra.local.gcp.metadata import PROJECT
from mcp_handlers.gcp import create_storage_bucket, naming, release_resource, submit_ml_job
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools import create_storage_bucket as bucket_tool
from mcp_handlers.tools import release_resource as release_tool
from mcp_handlers.tools import submit_ml_job as job_tool
from tests.contract.clouds.gcp_cloud import REGION, TAGS, LocalGcp
from workflow.model.errors import (
    CloudDown,
    NoCapacity,
    NotFound,
    OutcomeUnknown,
    QuotaExceeded,
    RegionDown,
    Rejected,
    Throttled,
)
from workflow.model.resource import Resource

PARENT = f"projects/{PROJECT}/locations/{REGION}"


def bucket(**changes: Any) -> bucket_tool.Input:
    return bucket_tool.Input(**{"region": REGION, "tags": TAGS, **changes})


def job(**changes: Any) -> job_tool.Input:
    asked = {"machine": "a2-highgpu-1g", "hours": 6, "image": "europe-docker.pkg.dev/acme/train:1", "bucket": "tg-out"}
    return job_tool.Input(**{"region": REGION, "tags": TAGS, "command": ("python", "-m", "train"), **asked, **changes})


@pytest.fixture
def out(gcp: LocalGcp) -> str:
    """A bucket of acme's for results."""
    made = gcp.storage.bucket("tg-out")
    made.labels = naming.labels(TAGS, "key-out")
    gcp.storage.create_bucket(made, location=REGION)
    return "tg-out"


def released(made: Resource, tenant: str = "acme") -> release_tool.Input:
    return release_tool.Input(resource=made, tenant=tenant)


def test_a_bucket_is_really_there_closed_versioned_and_labelled(gcp: LocalGcp, clients: Clients) -> None:
    made = create_storage_bucket.call(bucket(), clients, "key-1")

    found = gcp.storage.get_bucket(made.resources[0].id)
    assert made.url == f"gs://{found.name}"
    assert found.iam_configuration.public_access_prevention == "enforced"
    assert found.iam_configuration.uniform_bucket_level_access_enabled
    assert (found.location, found.location_type, found.versioning_enabled) == (REGION.upper(), "region", True)
    assert found.labels == naming.labels(TAGS, "key-1")


def test_a_bucket_goes_with_what_is_in_it(gcp: LocalGcp, clients: Clients) -> None:
    (made,) = create_storage_bucket.call(bucket(), clients, "key-3").resources
    for name in ("a", "deep/er", "x y"):
        gcp.storage.bucket(made.id).blob(name).upload_from_string(b"content of " + name.encode())

    assert release_resource.call(released(made), clients, "").released
    assert gcp.held() == ([], [], [])
    assert not release_resource.call(released(made), clients, "").released


def test_a_bucket_name_that_another_holds_is_refused(gcp: LocalGcp, clients: Clients) -> None:
    gcp.storage.create_bucket(naming.name("key-4"), location=REGION)

    with pytest.raises(Rejected, match="not ours"):
        create_storage_bucket.call(bucket(), clients, "key-4")
    with pytest.raises(NotFound):
        release_resource.call(
            released(Resource(cloud="gcp", kind="bucket", id=naming.name("key-4"), region=REGION)), clients, ""
        )


def test_a_job_is_really_there_with_its_machine_limit_and_labels(gcp: LocalGcp, clients: Clients, out: str) -> None:
    (made,) = submit_ml_job.call(job(count=3, purchase="spot"), clients, "key-5").resources

    found = gcp.jobs.get_custom_job(name=f"{PARENT}/customJobs/{made.id}")
    spec = found.job_spec
    first = spec.worker_pool_specs[0]
    assert [pool.replica_count for pool in spec.worker_pool_specs] == [1, 2]
    assert (first.machine_spec.machine_type, first.machine_spec.accelerator_count) == ("a2-highgpu-1g", 1)
    assert first.machine_spec.accelerator_type == AcceleratorType.NVIDIA_TESLA_A100
    assert list(first.container_spec.command) == ["python", "-m", "train"]
    assert (spec.scheduling.timeout.total_seconds(), spec.scheduling.strategy) == (6 * 3600, Scheduling.Strategy.SPOT)
    assert (spec.scheduling.disable_retries, spec.scheduling.restart_job_on_worker_restart) == (True, False)
    assert {one.name: one.value for one in first.container_spec.env} == {
        "TOLLGATE_CHECKPOINTS": "gs://tg-out/checkpoints/"
    }
    assert spec.base_output_directory.output_uri_prefix == f"gs://tg-out/{naming.name('key-5')}"
    assert dict(found.labels) == naming.labels(TAGS, "key-5")


def test_a_spot_job_is_begun_again_where_that_is_asked_for(gcp: LocalGcp, clients: Clients, out: str) -> None:
    asked = job(purchase="spot", retries_on_preemption=2, checkpoint_path="runs/7")
    (made,) = submit_ml_job.call(asked, clients, "key-r").resources
    spec = gcp.jobs.get_custom_job(name=f"{PARENT}/customJobs/{made.id}").job_spec
    assert (spec.scheduling.disable_retries, spec.scheduling.restart_job_on_worker_restart) == (False, True)
    assert spec.worker_pool_specs[0].container_spec.env[0].value == "gs://tg-out/runs/7"


def test_of_two_jobs_that_two_processes_made_for_one_key_the_older_stays(
    gcp: LocalGcp, clients: Clients, out: str
) -> None:
    first = submit_ml_job.call(job(), clients, "key-7")
    twin = gcp.jobs.get_custom_job(name=f"{PARENT}/customJobs/{first.resources[0].id}")
    gcp.jobs.create_custom_job(parent=PARENT, custom_job=twin)

    assert submit_ml_job.call(job(), clients, "key-7") == first
    assert gcp.held()[2] == [f"{PARENT}/customJobs/{first.resources[0].id}"]


def test_release_cancels_a_running_job_and_deletes_it(gcp: LocalGcp, clients: Clients, out: str) -> None:
    (made,) = submit_ml_job.call(job(), clients, "key-8").resources
    assert gcp.jobs.get_custom_job(name=f"{PARENT}/customJobs/{made.id}").state == JobState.JOB_STATE_RUNNING

    assert release_resource.call(released(made), clients, "").released
    assert gcp.held() == ([], [out], [])
    assert not release_resource.call(released(made), clients, "").released


def test_another_tenants_bucket_or_job_is_not_found(gcp: LocalGcp, clients: Clients, out: str) -> None:
    made = (
        *create_storage_bucket.call(bucket(), clients, "key-9").resources,
        *submit_ml_job.call(job(), clients, "key-9").resources,
    )

    for resource in made:
        with pytest.raises(NotFound):
            release_resource.call(released(resource, tenant="rival"), clients, "")
    assert [len(kind) for kind in gcp.held()] == [0, 2, 1]


@pytest.mark.parametrize("changes", [{"encrypted": False}, {"public": True}])
def test_what_is_unsafe_is_refused(gcp: LocalGcp, clients: Clients, changes: dict[str, bool]) -> None:
    with pytest.raises(Rejected):
        create_storage_bucket.call(bucket(**changes), clients, "key-10")
    with pytest.raises(Rejected):
        submit_ml_job.call(job(**changes), clients, "key-10")
    assert gcp.held() == ([], [], [])


TROUBLES: list[tuple[str, dict[str, Any], type[Exception]]] = [
    ("throttle", {"operation": "POST"}, Throttled),
    ("error", {"operation": "POST"}, OutcomeUnknown),
    ("region_down", {"region": REGION}, RegionDown),
    ("cloud_down", {}, CloudDown),
]


@pytest.mark.parametrize(("fault", "how", "error"), TROUBLES)
def test_each_trouble_with_a_bucket_has_its_error(
    gcp: LocalGcp, clients: Clients, fault: str, how: dict[str, Any], error: type[Exception]
) -> None:
    gcp.fault(fault, **how)

    with pytest.raises(error):
        create_storage_bucket.call(bucket(), clients, f"key-{fault}")


@pytest.mark.parametrize(
    ("fault", "how", "error"), [*TROUBLES, ("no_capacity", {}, NoCapacity), ("quota", {"limit": 0}, QuotaExceeded)]
)
def test_each_trouble_with_a_job_has_its_error_and_leaves_nothing(
    gcp: LocalGcp, clients: Clients, out: str, fault: str, how: dict[str, Any], error: type[Exception]
) -> None:
    gcp.fault(fault, **how)

    with pytest.raises(error):
        submit_ml_job.call(job(), clients, f"key-{fault}")

    gcp.http.delete("/_tollgate/faults")
    assert gcp.held() == ([], [out], [])


@pytest.mark.parametrize("tenant", ["rival", ""], ids=["of a rival", "of nobody"])
def test_results_and_checkpoints_go_to_no_bucket_of_another(gcp: LocalGcp, clients: Clients, tenant: str) -> None:
    theirs = gcp.storage.bucket("tg-out")
    theirs.labels = naming.labels(TAGS.model_copy(update={"tenant": tenant}), "key-theirs") if tenant else {}
    gcp.storage.create_bucket(theirs, location=REGION)

    with pytest.raises(NotFound, match="tenant acme has no bucket tg-out"):
        submit_ml_job.call(job(), clients, "key-11")
    assert gcp.held() == ([], ["tg-out"], [])


def test_a_job_without_a_bucket_for_its_results_is_not_submitted(gcp: LocalGcp, clients: Clients) -> None:
    with pytest.raises(NotFound, match="tenant acme has no bucket tg-out"):
        submit_ml_job.call(job(), clients, "key-12")
    assert gcp.held() == ([], [], [])


def test_a_job_is_answered_again_though_its_bucket_has_gone(gcp: LocalGcp, clients: Clients, out: str) -> None:
    first = submit_ml_job.call(job(), clients, "key-13")
    gcp.storage.bucket(out).delete()

    assert submit_ml_job.call(job(), clients, "key-13") == first


@pytest.mark.parametrize(("hours", "seconds"), [(0.0002, 1), (1e-9, 1), (0.0005, 2), (0.5, 1800), (1.1, 3960)])
def test_a_jobs_time_is_whole_seconds_rounded_up(
    gcp: LocalGcp, clients: Clients, out: str, hours: float, seconds: int
) -> None:
    (made,) = submit_ml_job.call(job(hours=hours), clients, "key-14").resources
    found = gcp.jobs.get_custom_job(name=f"{PARENT}/customJobs/{made.id}")
    assert found.job_spec.scheduling.timeout.total_seconds() == seconds


@pytest.mark.parametrize("callers", [2, 8])
def test_processes_that_submit_at_once_answer_the_one_job_that_stays(
    gcp: LocalGcp, clients: Clients, out: str, monkeypatch: pytest.MonkeyPatch, callers: int
) -> None:
    monkeypatch.setattr(submit_ml_job, "_LOCKS", (nullcontext(),))
    with ThreadPoolExecutor(callers) as pool:
        answers = list(pool.map(lambda _: submit_ml_job.call(job(), gcp.connect(), "key-15"), range(callers)))

    (left,) = gcp.held()[2]
    stays = Resource(cloud="gcp", kind="job", id=left.rpartition("/")[2], region=REGION)
    assert answers == [job_tool.Output(resources=(stays,))] * callers
