"""What can go wrong between the gate and a healthy end, and what the run does about it."""

import pytest

from tests.flows.holdings import NOTHING
from tests.flows.house import House
from workflow.model.run import Record

CLOUDS = ("aws", "azure", "gcp")
NAMES = {"aws": "AWS", "azure": "Azure", "gcp": "GCP"}
BATCH = "Run a batch job on 4 vCPUs and 16 GB RAM for 2 hours, EU only, no spot"


def place(record: Record) -> str:
    """Where it went."""
    assert record.offer is not None
    return record.offer.place


async def test_an_exhausted_quota_sends_the_run_to_the_next_candidate(house: House) -> None:
    free = await house.record(BATCH)
    assert free.offer is not None
    house.fault(free.offer.cloud, "quota", region=free.offer.region, limit=0)
    house.events.clear()
    record = await house.record(BATCH)
    (allocated,) = house.of_kind("allocated")
    assert record.state == "succeeded"
    assert place(record) != place(free)
    assert any(c["quota"].startswith("quota:") for c in allocated["candidates"])


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_refused_capacity_sends_the_run_to_the_next_candidate(house: House, cloud: str) -> None:
    house.fault(cloud, "no_capacity", times=1)
    record = await house.record(f"{BATCH}, {NAMES[cloud]} only")
    (failed,) = house.of_kind("step.failed")
    first, second = (a["candidates"][a["chosen"]]["priced"]["offer"] for a in house.of_kind("allocated"))
    assert failed["trouble"]["code"] == "NO_CAPACITY"
    assert record.state == "succeeded"
    spots = [(o["region"], o["zone"], o["machine"]) for o in (first, second)]
    assert spots[0] != spots[1]
    assert sum(n.startswith("instance ") for n in (await house.holdings())[cloud]) == 1


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_a_region_that_is_down_is_planned_around(house: House, cloud: str) -> None:
    free = await house.record(f"{BATCH}, {NAMES[cloud]} only")
    assert free.offer is not None
    house.fault(cloud, "region_down", region=free.offer.region)
    house.events.clear()
    record = await house.record(f"{BATCH}, {NAMES[cloud]} only")
    assert record.state == "succeeded"
    assert record.offer is not None
    assert record.offer.region != free.offer.region


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_what_is_unhealthy_is_rolled_back_and_the_run_succeeds_elsewhere(house: House, cloud: str) -> None:
    house.fault(cloud, "unhealthy", times=1)
    record = await house.record(f"{BATCH}, {NAMES[cloud]} only")
    (undone,) = house.of_kind("undone")
    (rolled,) = house.of_kind("rolled_back")
    held = await house.holdings()
    assert record.state == "succeeded"
    assert rolled["trouble"]["code"] == "UNHEALTHY"
    assert undone["resource"]["id"] not in " ".join(held[cloud])
    assert sum(n.startswith("instance ") for n in held[cloud]) == 1
    assert [r.id for r in record.resources] != [undone["resource"]["id"]]


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_a_job_that_fails_is_rolled_back_with_its_bucket(house: House, cloud: str) -> None:
    house.fault(cloud, "unhealthy", times=1, operation=JOBS[cloud])
    text = f"Train a model on one A100 for 2 hours, EU data only, {NAMES[cloud]} only"
    record = await house.record(text)
    undone = [e["resource"]["kind"] for e in house.of_kind("undone")]
    held = await house.holdings()
    assert record.state == "succeeded"
    assert undone == ["job", "bucket"]
    assert sorted(n.split()[0] for n in held[cloud] if n.split()[0] in ("bucket", "job")) == ["bucket", "job"]


JOBS = {"aws": "CreateTrainingJob", "azure": "jobs", "gcp": "customJobs"}


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_a_cloud_that_throttles_is_asked_again(house: House, cloud: str) -> None:
    house.fault(cloud, "throttle", times=1)
    record = await house.record(f"{BATCH}, {NAMES[cloud]} only")
    assert record.state == "succeeded"


async def test_a_cloud_that_is_down_loses_to_the_others(house: House) -> None:
    free = await house.record(BATCH)
    assert free.offer is not None
    house.fault(free.offer.cloud, "cloud_down")
    record = await house.record(BATCH)
    assert record.state == "succeeded"
    assert record.offer is not None
    assert record.offer.cloud != free.offer.cloud


async def test_with_everything_down_the_run_ends_failed_and_leaves_nothing_behind(house: House) -> None:
    for cloud in CLOUDS:
        house.fault(cloud, "cloud_down")
    record = await house.record(BATCH)
    for cloud in CLOUDS:
        house.clear(cloud)
    assert record.state == "failed"
    assert record.remedy
    assert record.resources == record.left_behind == ()
    assert await house.holdings() == NOTHING


async def test_money_is_spent_on_what_lives_and_given_back_for_what_was_rolled_back(house: House) -> None:
    house.fault("gcp", "unhealthy", times=1)
    record = await house.record(f"{BATCH}, GCP only")
    first, second = [r for r in await house.reservations(record.run) if r.cents]
    (rolled,) = house.of_kind("rolled_back")
    assert (first.state, second.state) == ("settled", "settled")
    assert 0 < first.cents == rolled["used_cents"][first.key] <= record.cost_cents / 5
    assert second.cents == record.cost_cents
