"""Google's typed SDKs against the local GCP: it answers as the real services do."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from google.api_core import exceptions as google
from google.cloud import compute_v1
from google.cloud.aiplatform_v1.types import CustomJob, JobState
from google.cloud.compute_v1.types import (
    AccessConfig,
    Address,
    AttachedDisk,
    AttachedDiskInitializeParams,
    InsertInstanceRequest,
    Instance,
    InstancesSetLabelsRequest,
    Network,
    NetworkInterface,
    Scheduling,
)

from infra.local.gcp.metadata import PROJECT, TOKEN_PREFIX
from tests.contract.clouds.gcp_cloud import REGION, ZONE, LocalGcp

HERE = {"project": PROJECT, "zone": ZONE}
PARENT = f"projects/{PROJECT}/locations/{REGION}"
SPOT = Scheduling(
    provisioning_model="SPOT",
    instance_termination_action="STOP",
    on_host_maintenance="TERMINATE",
    automatic_restart=False,
)


def instance(name: str, **changes: Any) -> Instance:
    boot = AttachedDiskInitializeParams(source_image="projects/debian-cloud/global/images/family/debian-12")
    asked: dict[str, Any] = {
        "name": name,
        "machine_type": f"zones/{ZONE}/machineTypes/e2-standard-4",
        "disks": [AttachedDisk(boot=True, auto_delete=True, initialize_params=boot)],
        "network_interfaces": [NetworkInterface(network="global/networks/default")],
    }
    return Instance(**{**asked, **changes})


def job(**changes: Any) -> CustomJob:
    pool = {
        "replica_count": 1,
        "machine_spec": {
            "machine_type": "n1-standard-8",
            "accelerator_type": "NVIDIA_TESLA_T4",
            "accelerator_count": 2,
        },
        "container_spec": {"image_uri": "acme/train:1"},
    }
    return CustomJob({"display_name": "train", "job_spec": {"worker_pool_specs": [pool]}, **changes})


def test_an_instance_lives_through_all_its_states(gcp: LocalGcp) -> None:
    vms = gcp.instances
    vms.insert(**HERE, instance_resource=instance("vm-1", labels={"a": "b"})).result(timeout=10)
    states = [vms.get(**HERE, instance="vm-1").status]
    for action in (vms.stop, vms.start, vms.suspend, vms.resume):
        action(**HERE, instance="vm-1").result(timeout=10)
        states.append(vms.get(**HERE, instance="vm-1").status)
    vms.delete(**HERE, instance="vm-1").result(timeout=10)

    assert states == ["RUNNING", "TERMINATED", "RUNNING", "SUSPENDED", "RUNNING"]
    with pytest.raises(google.NotFound):
        vms.get(**HERE, instance="vm-1")


def test_lists_and_aggregated_lists_hold_what_the_filter_lets_through(gcp: LocalGcp) -> None:
    vms = gcp.instances
    for number in range(5):
        vms.insert(**HERE, instance_resource=instance(f"vm-{number}", labels={"odd": str(number % 2)})).result(
            timeout=10
        )

    paged = vms.list(compute_v1.ListInstancesRequest(**HERE, filter="labels.odd=0", max_results=2))
    spread = dict(vms.aggregated_list(project=PROJECT))
    assert [item.name for item in paged] == ["vm-0", "vm-2", "vm-4"]
    assert [item.name for item in spread[f"zones/{ZONE}"].instances] == [f"vm-{number}" for number in range(5)]


def test_the_same_request_id_gives_the_same_operation_and_another_a_conflict(gcp: LocalGcp) -> None:
    def insert(request: str) -> Any:
        asked = InsertInstanceRequest(**HERE, instance_resource=instance("vm-1"), request_id=request)
        return gcp.instances.insert(asked)

    first, again = insert("11111111-1111-4111-8111-111111111111"), insert("11111111-1111-4111-8111-111111111111")
    assert first.name == again.name
    first.result(timeout=10)
    with pytest.raises(google.Conflict):
        insert("22222222-2222-4222-8222-222222222222")


def test_an_operation_that_nobody_asks_about_ends_by_itself(gcp: LocalGcp) -> None:
    gcp.instances.insert(**HERE, instance_resource=instance("vm-1"))

    deadline = time.monotonic() + 5
    while gcp.instances.get(**HERE, instance="vm-1").status != "RUNNING":
        assert time.monotonic() < deadline


def test_operations_can_be_waited_for_and_listed(gcp: LocalGcp) -> None:
    operation = gcp.instances.insert(**HERE, instance_resource=instance("vm-1"))

    client = gcp.sdk(compute_v1.ZoneOperationsClient)
    done = client.wait(**HERE, operation=operation.name)
    assert (done.status, done.operation_type) == (compute_v1.Operation.Status.DONE, "insert")
    assert [item.name for item in client.list(**HERE)] == [operation.name]


def test_labels_change_only_for_who_knows_the_fingerprint(gcp: LocalGcp) -> None:
    vms = gcp.instances
    vms.insert(**HERE, instance_resource=instance("vm-1")).result(timeout=10)
    known = vms.get(**HERE, instance="vm-1").label_fingerprint

    def label(fingerprint: str) -> Any:
        asked = InstancesSetLabelsRequest(labels={"a": "b"}, label_fingerprint=fingerprint)
        return vms.set_labels(**HERE, instance="vm-1", instances_set_labels_request_resource=asked).result(timeout=10)

    label(known)
    assert dict(vms.get(**HERE, instance="vm-1").labels) == {"a": "b"}
    with pytest.raises(google.PreconditionFailed):
        label(known)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Not_A_Name"}, "resource.name"),
        ({"machine_type": ""}, "machineType"),
        ({"machine_type": f"zones/{ZONE}/machineTypes/e9-standard-4"}, "does not exist in zone"),
        ({"labels": {"Owner": "ann"}}, "labels"),
        ({"network_interfaces": []}, "network interface"),
        ({"scheduling": Scheduling(provisioning_model="SPOT")}, "SPOT"),
        ({"machine_type": f"zones/{ZONE}/machineTypes/a2-highgpu-1g"}, "live migration"),
    ],
)
def test_what_compute_would_refuse_is_refused(gcp: LocalGcp, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(google.BadRequest, match=said):
        gcp.instances.insert(**HERE, instance_resource=instance(**{"name": "vm-1", **changes}))


def test_an_unknown_zone_is_refused(gcp: LocalGcp) -> None:
    with pytest.raises(google.BadRequest, match="Unknown zone"):
        gcp.instances.insert(project=PROJECT, zone="mars-north1-a", instance_resource=instance("vm-1"))


def test_regional_and_global_kinds_need_nothing_of_their_own(gcp: LocalGcp) -> None:
    networks, addresses = gcp.sdk(compute_v1.NetworksClient), gcp.sdk(compute_v1.AddressesClient)
    networks.insert(project=PROJECT, network_resource=Network(name="net-1")).result(timeout=10)
    addresses.insert(project=PROJECT, region=REGION, address_resource=Address(name="ip-1")).result(timeout=10)
    networks.patch(project=PROJECT, network="net-1", network_resource=Network(description="ours")).result(timeout=10)

    assert networks.get(project=PROJECT, network="net-1").description == "ours"
    assert [item.name for item in addresses.list(project=PROJECT, region=REGION)] == ["ip-1"]
    networks.delete(project=PROJECT, network="net-1").result(timeout=10)
    assert list(networks.list(project=PROJECT)) == []


def test_a_disk_is_made_with_its_instance_and_a_public_address_only_if_asked_for(gcp: LocalGcp) -> None:
    nic = NetworkInterface(access_configs=[AccessConfig(name="External NAT", type_="ONE_TO_ONE_NAT")])
    gcp.instances.insert(**HERE, instance_resource=instance("vm-1", network_interfaces=[nic])).result(timeout=10)

    disk = gcp.sdk(compute_v1.DisksClient).get(**HERE, disk="vm-1")
    assert (disk.size_gb, disk.status) == (10, "READY")
    found = gcp.instances.get(**HERE, instance="vm-1").network_interfaces[0]
    assert [item.type_ for item in found.access_configs] == ["ONE_TO_ONE_NAT"]


def test_a_stockout_is_told_by_the_operation(gcp: LocalGcp) -> None:
    gcp.fault("no_capacity", region=REGION, times=1)

    with pytest.raises(google.GoogleAPICallError, match="ZONE_RESOURCE_POOL_EXHAUSTED"):
        gcp.instances.insert(**HERE, instance_resource=instance("vm-1")).result(timeout=10)
    assert list(gcp.instances.list(**HERE)) == []
    gcp.instances.insert(**HERE, instance_resource=instance("vm-1")).result(timeout=10)


def test_a_stopping_spot_instance_stays_when_it_is_taken_back(gcp: LocalGcp) -> None:
    gcp.instances.insert(**HERE, instance_resource=instance("vm-1", scheduling=SPOT)).result(timeout=10)
    gcp.fault("spot_reclaimed")

    found = gcp.instances.get(**HERE, instance="vm-1")
    assert (found.status, found.status_message) == ("TERMINATED", "Instance was preempted.")


def test_regions_tell_quotas_and_zones_their_machine_types(gcp: LocalGcp) -> None:
    gcp.instances.insert(**HERE, instance_resource=instance("vm-1")).result(timeout=10)

    region = gcp.sdk(compute_v1.RegionsClient).get(project=PROJECT, region=REGION)
    quotas = {item.metric: (item.limit, item.usage) for item in region.quotas}
    types = gcp.sdk(compute_v1.MachineTypesClient)
    a2 = types.get(**HERE, machine_type="a2-highgpu-1g")
    assert (quotas["CPUS"], quotas["PREEMPTIBLE_CPUS"][1], quotas["NVIDIA_A100_GPUS"]) == ((5000, 4), 0, (128, 0))
    assert (a2.guest_cpus, a2.accelerators[0].guest_accelerator_type) == (12, "nvidia-tesla-a100")
    assert "e2-standard-4" in {item.name for item in types.list(**HERE)}
    assert ZONE in {item.name for item in gcp.sdk(compute_v1.ZonesClient).list(project=PROJECT)}


def test_cloud_quotas_tell_limits_by_family_and_for_training(gcp: LocalGcp) -> None:
    services = f"projects/{PROJECT}/locations/global/services"
    family = gcp.quotas.get_quota_info(
        name=f"{services}/compute.googleapis.com/quotaInfos/GPUS-PER-GPU-FAMILY-per-project-region"
    )
    training = gcp.quotas.list_quota_infos(parent=f"{services}/aiplatform.googleapis.com")

    limits = {
        (info.dimensions["region"], info.dimensions["gpu_family"]): info.details.value
        for info in family.dimensions_infos
    }
    assert limits[REGION, "NVIDIA_H100"] == 128
    assert "aiplatform.googleapis.com/custom_model_training_nvidia_h100_gpus" in {info.metric for info in training}


def test_a_bucket_keeps_its_place_labels_and_objects(gcp: LocalGcp) -> None:
    bucket = gcp.storage.bucket("judge-bucket-1")
    bucket.labels = {"a": "b"}
    gcp.storage.create_bucket(bucket, location=REGION)
    bucket.blob("deep/file one").upload_from_string(b"hello", content_type="text/plain")
    bucket.labels = {"c": "d"}
    bucket.patch()

    found = gcp.storage.get_bucket("judge-bucket-1")
    assert (found.location, dict(found.labels)) == (REGION.upper(), {"c": "d"})
    assert [blob.name for blob in gcp.storage.list_blobs("judge-bucket-1", prefix="deep/")] == ["deep/file one"]
    assert bucket.blob("deep/file one").download_as_bytes() == b"hello"
    with pytest.raises(google.Conflict):
        bucket.delete()
    bucket.blob("deep/file one").delete()
    bucket.delete()
    assert gcp.storage.lookup_bucket("judge-bucket-1") is None


@pytest.mark.parametrize("name", ["ab", "Has-Capitals", "goog-bucket", "-dash", "two..dots", "x" * 64])
def test_bucket_names_follow_the_rules(gcp: LocalGcp, name: str) -> None:
    answer = gcp.http.post("/storage/v1/b", params={"project": PROJECT}, json={"name": name})

    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (400, "invalid")


def test_a_bucket_is_unique_and_in_a_known_place(gcp: LocalGcp) -> None:
    gcp.storage.create_bucket("judge-bucket-2", location="EU")

    with pytest.raises(google.Conflict):
        gcp.storage.create_bucket("judge-bucket-2", location="EU")
    with pytest.raises(google.BadRequest):
        gcp.storage.create_bucket("judge-bucket-3", location="mars-north1")


def test_a_job_runs_until_it_is_cancelled_and_only_then_can_be_deleted(gcp: LocalGcp) -> None:
    jobs = gcp.jobs
    made = jobs.create_custom_job(parent=PARENT, custom_job=job(labels={"a": "b"}))
    assert made.state == JobState.JOB_STATE_PENDING
    assert jobs.get_custom_job(name=made.name).state == JobState.JOB_STATE_RUNNING
    with pytest.raises(google.BadRequest):
        jobs.delete_custom_job(name=made.name)

    listed = jobs.list_custom_jobs(request={"parent": PARENT, "filter": 'labels.a="b" AND display_name="train"'})
    assert [item.name for item in listed] == [made.name]
    assert list(jobs.list_custom_jobs(request={"parent": PARENT, "filter": 'labels.a="c"'})) == []

    jobs.cancel_custom_job(name=made.name)
    assert jobs.get_custom_job(name=made.name).state == JobState.JOB_STATE_CANCELLED
    jobs.delete_custom_job(name=made.name).result(timeout=10)
    with pytest.raises(google.NotFound):
        jobs.get_custom_job(name=made.name)


def test_a_job_needs_a_machine_that_the_region_has(gcp: LocalGcp) -> None:
    nowhere = f"projects/{PROJECT}/locations/me-west1"
    asked = job()
    asked.job_spec.worker_pool_specs[0].machine_spec.machine_type = "a3-ultragpu-8g"

    with pytest.raises(google.BadRequest, match="not supported in region"):
        gcp.jobs.create_custom_job(parent=nowhere, custom_job=asked)


@pytest.mark.parametrize("token", [None, "Bearer stolen", "Basic eDp5"])
def test_every_service_wants_a_token_that_it_gave(gcp: LocalGcp, token: str | None) -> None:
    headers = {"Authorization": token} if token else {}
    for path in ("/compute/v1/projects/p/zones", "/storage/v1/b?project=p", f"/v1/{PARENT}/customJobs"):
        assert httpx.get(gcp.url + path, headers=headers).status_code == 401


def test_the_metadata_server_gives_tokens_to_who_asks_in_its_way(gcp: LocalGcp) -> None:
    where = f"{gcp.url}/computeMetadata/v1/instance/service-accounts/default/token"
    given = httpx.get(where, headers={"Metadata-Flavor": "Google"}).json()

    assert httpx.get(where).status_code == 403
    assert given["access_token"].startswith(TOKEN_PREFIX)
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3599)


def test_throttling_says_when_to_come_back(gcp: LocalGcp) -> None:
    gcp.fault("throttle", times=1, operation="/zones")
    answer = gcp.http.get(f"/compute/v1/projects/{PROJECT}/zones")

    reason = answer.json()["error"]["errors"][0]["reason"]
    assert (answer.status_code, reason, answer.headers["retry-after"]) == (429, "rateLimitExceeded", "1")
    assert gcp.http.get(f"/compute/v1/projects/{PROJECT}/zones").status_code == 200


def test_a_region_that_is_down_takes_nothing_else_with_it(gcp: LocalGcp) -> None:
    gcp.storage.create_bucket("judge-bucket-4", location=REGION)
    gcp.fault("region_down", region=REGION)

    base = f"/compute/v1/projects/{PROJECT}"
    down = (f"{base}/regions/{REGION}", f"{base}/zones/{ZONE}/instances", "/storage/v1/b/judge-bucket-4")
    up = (f"{base}/regions/us-east1", f"{base}/zones/us-east1-b/instances", base, f"/storage/v1/b?project={PROJECT}")
    assert [gcp.http.get(path).status_code for path in down] == [503] * 3
    assert [gcp.http.get(path).status_code for path in up] == [200] * 4
    assert gcp.http.get(f"/v1/{PARENT}/customJobs").status_code == 503


def test_faults_are_listed_with_what_is_left_of_them_and_cleared(gcp: LocalGcp) -> None:
    gcp.fault("error", times=2)
    gcp.http.get(f"/compute/v1/projects/{PROJECT}/zones")

    assert [(item["kind"], item["times"]) for item in gcp.http.get("/_tollgate/faults").json()] == [("error", 1)]
    assert gcp.http.delete("/_tollgate/faults").status_code == 204
    assert gcp.http.get("/_tollgate/faults").json() == []
    assert gcp.http.post("/_tollgate/faults", json={"kind": "meteor"}).status_code == 400


def test_a_slow_answer_is_still_the_answer(gcp: LocalGcp) -> None:
    gcp.fault("latency", latency_ms=50, times=1)

    assert gcp.http.get(f"/compute/v1/projects/{PROJECT}").json()["name"] == PROJECT
