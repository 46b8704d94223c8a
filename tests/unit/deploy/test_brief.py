"""What the planner fixes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.deploy.brief import MAX_NODES, Brief, brief
from workflow.model.errors import BadRequest
from workflow.model.workload import Workload


def test_a_training_request_becomes_a_managed_job_on_either_kind_of_machine() -> None:
    work = Workload(
        kind="training", gpu="A100", gpu_count=1, hours=6, budget_usd=100, budget_per="run", residency=("EU",)
    )
    assert brief(work) == Brief(
        kind="training",
        tool="submit_ml_job",
        sort="batch",
        vcpus=1,
        memory_gib=0.5,
        gpu="A100",
        gpu_count=1,
        nodes=1,
        hours=6,
        storage_gib=50,
        egress_gib=10,
        purchase="any",
        clouds=(),
        regions=(),
        residency=("EU",),
        personal_data=False,
        cap_cents=10_000,
        cap_per="run",
        assumptions=(
            "This is batch work on GPUs, regulated.",
            "No place of its users is known, so price decides among all regions that policy allows.",
            "10 GiB leave the cloud.",
            "Each machine has a disk of 50 GiB.",
        ),
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "service"}, {"hours": 730, "purchase": "on_demand", "vcpus": 2, "memory_gib": 4}),
        ({"kind": "service", "purchase": "spot"}, {"purchase": "spot"}),
        ({"kind": "serving", "hours": 5}, {"hours": 5, "purchase": "on_demand"}),
        ({"kind": "batch"}, {"hours": 4, "purchase": "any", "tool": "provision_compute"}),
        ({"kind": "batch", "deadline_hours": 9}, {"hours": 9}),
        ({"kind": "batch", "vcpus": 96}, {"vcpus": 96, "memory_gib": 0.5}),
        ({"kind": "storage"}, {"storage_gib": 100, "hours": 730, "tool": "create_storage_bucket"}),
        ({"kind": "storage", "storage_gib": 5}, {"storage_gib": 5, "egress_gib": 0}),
    ],
)
def test_what_the_words_left_open_is_filled_in(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    found = brief(Workload(**fields)).model_dump()
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "batch", "nodes": MAX_NODES + 1}, "more than one run may start"),
        ({"kind": "training", "hours": 800}, "may run 720 hours"),
        ({"kind": "batch", "hours": 10, "deadline_hours": 4}, "cannot be done within 4"),
    ],
)
def test_what_cannot_be_asked_for_is_a_bad_request(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        brief(Workload(**fields))


def test_people_at_a_place_narrow_the_regions_that_are_asked() -> None:
    found = brief(Workload(kind="serving", near="tokyo", max_latency_ms=20))
    assert {"ap-northeast-1", "asia-northeast1", "japaneast"} <= set(found.regions)
    assert not {"us-east-1", "europe-west1", "ap-southeast-2"} & set(found.regions)
    assert found.assumptions[:2] == (
        "This is latency-bound work on CPUs.",
        f"Permitted regions within 20 ms of tokyo by distance are asked: {len(found.regions)}, the best of them an"
        " estimated 2 ms away.",
    )


@given(
    st.sampled_from(["training", "serving", "batch", "service", "storage"]),
    st.none() | st.floats(0.25, 500),
    st.integers(0, 8),
    st.sampled_from(["any", "spot", "on_demand"]),
)
def test_nothing_that_was_said_is_overridden(kind: Any, hours: Any, gpus: int, purchase: Any) -> None:
    found = brief(Workload(kind=kind, hours=hours, gpu_count=gpus, purchase=purchase))
    assert found.gpu_count == gpus
    assert hours is None or found.hours == hours
    assert purchase == "any" or kind == "storage" or found.purchase == purchase
