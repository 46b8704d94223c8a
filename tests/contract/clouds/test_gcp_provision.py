"""Starting and ending machines on Compute Engine, judged by google-cloud-compute."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from infra.local.gcp.metadata import PROJECT
from mcp_handlers.gcp import launch_spot, naming, provision_compute, release_resource
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools import launch_spot as spot_tool
from mcp_handlers.tools import provision_compute as tool
from mcp_handlers.tools import release_resource as release_tool
from tests.contract.clouds.gcp_cloud import REGION, TAGS, ZONE, LocalGcp
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


def wanted(**changes: Any) -> tool.Input:
    return tool.Input(**{"region": REGION, "zone": ZONE, "machine": "e2-standard-4", "tags": TAGS, **changes})


def wanted_spot(**changes: Any) -> spot_tool.Input:
    return spot_tool.Input(**{"region": REGION, "zone": ZONE, "machine": "e2-standard-4", "tags": TAGS, **changes})


def released(made: Resource, tenant: str = "acme") -> release_tool.Input:
    return release_tool.Input(resource=made, tenant=tenant)


def test_a_machine_is_really_there_closed_and_labelled(gcp: LocalGcp, clients: Clients) -> None:
    (made,) = provision_compute.call(wanted(disk_gib=64), clients, "key-1").resources

    found = gcp.instances.get(project=PROJECT, zone=ZONE, instance=made.id)
    exact = json.loads({item.key: item.value for item in found.metadata.items}["tollgate"])
    assert made == Resource(cloud="gcp", kind="instance", id=naming.name("key-1"), region=REGION, zone=ZONE)
    assert (found.status, found.machine_type.rpartition("/")[2]) == ("RUNNING", "e2-standard-4")
    assert [list(nic.access_configs) for nic in found.network_interfaces] == [[]]
    assert found.shielded_instance_config.enable_secure_boot
    assert dict(found.labels) == {
        "tollgate-tenant": "acme",
        "tollgate-project": "vision",
        "tollgate-run": "run-1",
        "tollgate-owner": "ann_40acme_2eexample",
        "tollgate-environment": "development",
        "tollgate-key": "key-1",
    }
    assert (exact["owner"], exact["key"]) == ("ann@acme.example", "key-1")
    assert found.scheduling.provisioning_model == "STANDARD"


def test_the_same_key_twenty_times_at_once_makes_one_machine(gcp: LocalGcp, clients: Clients) -> None:
    with ThreadPoolExecutor(20) as pool:
        outputs = list(pool.map(lambda _: provision_compute.call(wanted(), clients, "key-2"), range(20)))

    assert outputs == [outputs[0]] * 20
    assert [item.name for item in gcp.instances.list(project=PROJECT, zone=ZONE)] == [naming.name("key-2")]


def test_a_machine_that_has_gone_is_made_again_for_the_same_key(gcp: LocalGcp, clients: Clients) -> None:
    first = provision_compute.call(wanted(), clients, "key-3")
    release_resource.call(released(first.resources[0]), clients, "")

    assert provision_compute.call(wanted(), clients, "key-3") == first
    assert gcp.held()[0] == [naming.name("key-3")] * 2


def test_without_a_zone_one_that_sells_the_machine_is_taken_and_always_the_same(
    gcp: LocalGcp, clients: Clients
) -> None:
    asked = wanted(zone="", machine="a2-highgpu-1g", region="us-west1")
    made = provision_compute.call(asked, clients, "key-4")

    assert made.resources[0].zone == "us-west1-b"
    assert provision_compute.call(asked, clients, "key-4") == made


def test_gpus_that_do_not_come_with_the_type_are_attached(gcp: LocalGcp, clients: Clients) -> None:
    (made,) = provision_compute.call(wanted(machine="n1-standard-8.2xT4"), clients, "key-5").resources

    found = gcp.instances.get(project=PROJECT, zone=ZONE, instance=made.id)
    (gpu,) = found.guest_accelerators
    assert (gpu.accelerator_type.rpartition("/")[2], gpu.accelerator_count) == ("nvidia-tesla-t4", 2)
    assert found.scheduling.on_host_maintenance == "TERMINATE"


def test_a_spot_machine_is_one_and_is_deleted_when_it_is_taken_back(gcp: LocalGcp, clients: Clients) -> None:
    (made,) = launch_spot.call(wanted_spot(), clients, "key-6").resources

    found = gcp.instances.get(project=PROJECT, zone=ZONE, instance=made.id)
    scheduling = (found.scheduling.provisioning_model, found.scheduling.instance_termination_action)
    assert (*scheduling, found.scheduling.automatic_restart) == ("SPOT", "DELETE", False)


def test_a_ceiling_below_the_price_file_is_refused_and_nothing_is_made(gcp: LocalGcp, clients: Clients) -> None:
    with pytest.raises(Rejected, match="above the ceiling of 1"):
        launch_spot.call(wanted_spot(max_price_micros_hour=1), clients, "key-7")

    assert gcp.held() == ([], [], [])
    assert launch_spot.call(wanted_spot(max_price_micros_hour=10_000_000), clients, "key-7").resources


def test_release_takes_the_machine_and_its_disk_and_then_finds_nothing(gcp: LocalGcp, clients: Clients) -> None:
    (made,) = provision_compute.call(wanted(), clients, "key-8").resources

    assert release_resource.call(released(made), clients, "").released
    assert gcp.held() == ([], [], [])
    assert not release_resource.call(released(made), clients, "").released


def test_another_tenants_machine_is_not_found(gcp: LocalGcp, clients: Clients) -> None:
    (made,) = provision_compute.call(wanted(), clients, "key-9").resources

    with pytest.raises(NotFound):
        release_resource.call(released(made, tenant="rival"), clients, "")
    assert gcp.held()[0] != []


@pytest.mark.parametrize("changes", [{"encrypted": False}, {"public": True}])
def test_what_is_unsafe_is_refused(gcp: LocalGcp, clients: Clients, changes: dict[str, bool]) -> None:
    with pytest.raises(Rejected):
        provision_compute.call(wanted(**changes), clients, "key-10")


@pytest.mark.parametrize(
    ("fault", "how", "error"),
    [
        ("no_capacity", {}, NoCapacity),
        ("quota", {"limit": 3}, QuotaExceeded),
        ("throttle", {"operation": "POST"}, Throttled),
        ("error", {"operation": "POST"}, OutcomeUnknown),
        ("region_down", {"region": REGION}, RegionDown),
        ("cloud_down", {}, CloudDown),
    ],
)
def test_each_trouble_has_its_error_and_leaves_nothing(
    gcp: LocalGcp, clients: Clients, fault: str, how: dict[str, Any], error: type[Exception]
) -> None:
    gcp.fault(fault, **how)

    with pytest.raises(error):
        provision_compute.call(wanted(), clients, f"key-{fault}")

    gcp.http.delete("/_tollgate/faults")
    assert gcp.held() == ([], [], [])


def test_where_one_of_three_machines_fails_none_is_left(gcp: LocalGcp, clients: Clients) -> None:
    gcp.fault("quota", limit=8)

    with pytest.raises(QuotaExceeded):
        provision_compute.call(wanted(count=3), clients, "key-11")

    gcp.http.delete("/_tollgate/faults")
    assert gcp.held() == ([], [], [])
    assert len(provision_compute.call(wanted(count=3), clients, "key-12").resources) == 3


def test_throttled_polling_does_not_undo_what_was_made(gcp: LocalGcp, clients: Clients) -> None:
    gcp.fault("throttle", operation="/operations/", times=2)

    assert provision_compute.call(wanted(), clients, "key-15").resources


def test_a_call_that_is_refused_takes_nothing_from_its_twin(gcp: LocalGcp, clients: Clients) -> None:
    made = provision_compute.call(wanted(), clients, "key-16")
    gcp.fault("throttle", operation="POST", times=1)

    with pytest.raises(Throttled):
        provision_compute.call(wanted(), clients, "key-16")
    assert provision_compute.call(wanted(), clients, "key-16") == made
    assert gcp.held()[0] == [naming.name("key-16")] * 2


def test_a_name_that_is_taken_by_something_else_is_refused_and_left_alone(gcp: LocalGcp, clients: Clients) -> None:
    (made,) = provision_compute.call(wanted(), clients, "key-13").resources
    rival = TAGS.model_copy(update={"tenant": "rival"})
    name = f"/compute/v1/projects/{PROJECT}/zones/{ZONE}/instances/{made.id}"
    shown = gcp.http.get(name).json()
    labels = naming.labels(rival, "key-13")
    gcp.http.post(f"{name}/setLabels", json={"labels": labels, "labelFingerprint": shown["labelFingerprint"]})

    with pytest.raises(Rejected, match="not ours"):
        provision_compute.call(wanted(), clients, "key-13")


def test_an_endpoint_that_does_not_answer_is_a_cloud_that_is_down(gcp: LocalGcp, clients: Clients) -> None:
    nowhere = Clients("http://127.0.0.1:9", PROJECT)

    with pytest.raises(CloudDown):
        provision_compute.call(wanted(), nowhere, "key-14")
