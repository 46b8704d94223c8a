"""The main job, and its kin, to a good end on every cloud."""

import json
from typing import Any

import pytest

from tests.flows.house import House
from workflow.model.run import Record

CLOUDS = ("aws", "azure", "gcp")
PRICES = {"aws": "AWS", "azure": "Azure", "gcp": "GCP"}


def kinds(record: Record) -> list[str]:
    """What was made."""
    return [r.kind for r in record.resources]


async def test_the_main_job_is_placed_verified_and_recorded(house: House) -> None:
    text = "Train a vision model on one A100 for 6 hours, EU data only, under $100"
    record = await house.record(text)
    assert (record.state, record.reason.startswith("Placed on")) == ("succeeded", True)
    assert kinds(record) == ["bucket", "job"]
    assert record.offer is not None
    assert "EU" in record.offer.jurisdictions
    assert 0 < record.cost_cents <= 10_000
    assert record.savings is not None
    assert record.savings.compliant > 10
    assert record.savings.against_dearest_cents >= record.savings.against_median_cents > 0
    assert {h.status for h in record.health} <= {"healthy", "finished"}
    assert [e.kind for e in house.events] == [
        "requested",
        "parsed",
        "planned",
        "allocated",
        "decided",
        "step.done",
        "step.done",
        "verified",
        "finished",
    ]


async def test_the_three_clouds_compete_in_one_table(house: House) -> None:
    await house.record("Train a vision model on one A100 for 6 hours, EU data only, under $100")
    (allocated,) = house.of_kind("allocated")
    assert {c["priced"]["offer"]["cloud"] for c in allocated["candidates"]} == set(CLOUDS)


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_training_on_each_cloud_makes_a_bucket_and_a_job_there(house: House, cloud: str) -> None:
    record = await house.record(f"Train a model on one A100 for 2 hours, EU data only, {PRICES[cloud]} only")
    held = await house.holdings()
    assert (record.state, record.offer and record.offer.cloud) == ("succeeded", cloud)
    assert kinds(record) == ["bucket", "job"]
    assert sorted({name.split()[0] for name in held[cloud]} & {"bucket", "job"}) == ["bucket", "job"]
    assert all(not held[other] for other in CLOUDS if other != cloud)


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_a_spot_batch_on_each_cloud_gets_spot_machines(house: House, cloud: str) -> None:
    text = f"Run a batch job on 2 nodes with 4 vCPUs and 16 GB RAM for 3 hours on spot, EU only, {PRICES[cloud]} only"
    record = await house.record(text)
    assert (record.state, record.offer and record.offer.purchase) == ("succeeded", "spot")
    assert kinds(record) == ["instance", "instance"]
    assert [e["step"]["tool"] for e in house.of_kind("step.done")] == ["launch_spot"]
    assert sum(name.startswith("instance ") for name in (await house.holdings())[cloud]) == 2


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_a_service_on_each_cloud_gets_an_on_demand_machine(house: House, cloud: str) -> None:
    record = await house.record(f"Host our wiki on 2 vCPUs and 8 GB RAM in Europe, {PRICES[cloud]} only")
    assert (record.state, record.offer and record.offer.purchase) == ("succeeded", "on_demand")
    assert kinds(record) == ["instance"]


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_storage_only_on_each_cloud_makes_a_bucket_and_nothing_else(house: House, cloud: str) -> None:
    record = await house.record(f"We need a bucket for 500 GB of backups, kept in Germany, {PRICES[cloud]} only")
    assert record.state == "succeeded"
    assert kinds(record) == ["bucket"]
    assert [name.split()[0] for name in (await house.holdings())[cloud]] == ["bucket"]


async def test_the_ledger_holds_what_was_known_at_every_decision(house: House) -> None:
    record = await house.record("Run a batch job on 4 vCPUs for 2 hours, EU only, under $20")
    entries = await house.entries(record.run)
    by_kind: dict[str, Any] = {entry.event.kind: entry.event.body for entry in entries}
    assert by_kind["parsed"]["reader"] == "rules"
    assert by_kind["allocated"]["candidates"][0]["priced"]["offer"]["snapshot"]
    assert by_kind["decided"]["digest"] == record.plan_digest
    assert by_kind["call.decided"]["question"]["context"]["plane"] == "control"
    assert by_kind["call.done"]["receipt"]["key"] == by_kind["step.done"]["step"]["key"]
    assert json.loads(record.model_dump_json()) == by_kind["finished"]["record"]
