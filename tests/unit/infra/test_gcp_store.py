"""The local GCP's own small rules: filters, places, pages and what a machine draws on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.gcp import machines, places, query, quotas
from infra.local.gcp.wire import ApiError, Call, page

VIEW = {"name": "vm-1", "status": "RUNNING", "displayName": "train", "labels": {"tollgate-key": "k", "a_b": "c"}}


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        ("", True),
        ("name=vm-1", True),
        ('name="vm-2"', False),
        ("name != vm-2", True),
        ("name eq vm-1", True),
        ("labels.tollgate-key=k", True),
        ('labels.tollgate-key="k" AND status="STOPPED"', False),
        ("labels.a_b=c", True),
        ("(name=vm-1) (status=RUNNING)", True),
        ('display_name="train"', True),
        ("labels.missing=k", False),
    ],
)
def test_a_filter_lets_through_what_it_says(wanted: str, holds: bool) -> None:
    assert query.matches(VIEW, wanted) is holds


def test_a_filter_that_is_not_understood_is_refused_and_not_ignored() -> None:
    with pytest.raises(ApiError):
        query.matches(VIEW, "name ~ vm.*")


@given(st.lists(st.integers(), max_size=30), st.integers(min_value=1, max_value=7))
def test_pages_put_together_are_the_whole_list(items: list[int], size: int) -> None:
    found: list[int] = []
    token = "0"
    while token:
        part, more = page(items, {"pageToken": token, "maxResults": str(size)})
        found, token = found + part, more.get("nextPageToken", "")

    assert found == items


@pytest.mark.parametrize(
    ("path", "region"),
    [
        ("/compute/v1/projects/p/zones/europe-west4-a/instances", "europe-west4"),
        ("/compute/v1/projects/p/regions/europe-west4/addresses", "europe-west4"),
        ("/v1/projects/p/locations/us-central1/customJobs", "us-central1"),
        ("/v1/projects/p/locations/global/services/s/quotaInfos", ""),
        ("/compute/v1/projects/p/global/networks", ""),
    ],
)
def test_a_path_names_its_region(path: str, region: str) -> None:
    assert places.region_in(Call("GET", "http://x", path, {}, {}).segments) == region


def test_a_segment_may_hold_a_slash() -> None:
    assert Call("GET", "http://x", "/b/o/deep%2Ffile%20one", {}, {}).segments == ("b", "o", "deep/file one")


@pytest.mark.parametrize("body", [b"[]", b"{", b"1"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(ApiError):
        _ = Call("POST", "http://x", "/", {}, {}, body).body


@pytest.mark.parametrize(
    ("machine", "spot", "metrics"),
    [
        ("e2-standard-4", False, {"CPUS": 4, "INSTANCES": 1}),
        ("n2-standard-8", False, {"N2_CPUS": 8, "INSTANCES": 1}),
        ("n2-standard-8", True, {"PREEMPTIBLE_CPUS": 8, "INSTANCES": 1}),
        ("a2-ultragpu-2g", False, {"A2_CPUS": 24, "INSTANCES": 1, "NVIDIA_A100_80GB_GPUS": 2}),
        ("a3-highgpu-8g", False, {"CPUS_PER_VM_FAMILY:A3": 208, "INSTANCES": 1, "GPUS_PER_GPU_FAMILY:NVIDIA_H100": 8}),
        ("a3-highgpu-8g", True, {"PREEMPTIBLE_CPUS": 208, "INSTANCES": 1, "PREEMPTIBLE_NVIDIA_H100_GPUS": 8}),
    ],
)
def test_a_machine_draws_on_its_quotas(machine: str, spot: bool, metrics: dict[str, int]) -> None:
    zone = min(places.hardware()[machine].zones)

    assert quotas.drawn(machines.asked(zone, {"machineType": f"zones/{zone}/machineTypes/{machine}"}), spot) == metrics


def test_an_accelerator_goes_only_with_a_machine_that_takes_it() -> None:
    def ask(machine: str, count: int) -> machines.Asked:
        wanted = [{"acceleratorType": "x/nvidia-tesla-t4", "acceleratorCount": count}]
        return machines.asked("us-central1-a", {"machineType": machine, "guestAccelerators": wanted})

    assert (ask("n1-standard-8", 4).gpu, ask("n1-standard-8", 4).gpu_count) == ("T4", 4)
    for machine, count in (("e2-standard-4", 1), ("n1-standard-8", 64)):
        with pytest.raises(ApiError):
            ask(machine, count)
