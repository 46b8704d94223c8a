"""Spot that is taken back goes on from its checkpoints; capacity that is refused is sought further and further away."""

import pytest

from functions.judges import live
from functions.registry import contracts
from tests.flows.house import House
from tests.flows.test_trouble import BATCH, NAMES
from workflow.deploy.replay import replay
from workflow.language.rules_parser import RulesParser
from workflow.model.plan import Plan

TAKES = {"aws": "CreateTrainingJob", "gcp": "customJobs"}
"""Where the local clouds take a job's machines back."""


def plans(house: House) -> list[Plan]:
    """What was planned, attempt by attempt."""
    return [Plan.model_validate(body["plan"]) for body in house.of_kind("decided")]


@pytest.mark.parametrize("cloud", TAKES)
async def test_a_job_that_lost_its_spot_machines_goes_on_from_its_checkpoints_and_in_the_end_without_spot(
    house: House, cloud: str
) -> None:
    house.fault(cloud, "spot_reclaimed", operation=TAKES[cloud], times=2)
    record = await house.record(f"Train a model on 8 vCPUs for 2 hours, EU data only, {NAMES[cloud]} only")
    assert record.state == "succeeded"
    first, second, third = plans(house)
    assert [p.offer.purchase for p in (first, second, third)] == ["spot", "spot", "on_demand"]
    assert {p.offer.region for p in (first, second, third)} == {first.offer.region}
    assert [[step.tool for step in p.steps] for p in (first, second, third)] == [
        ["create_storage_bucket", "submit_ml_job"], ["submit_ml_job"], ["submit_ml_job"]
    ]  # fmt: skip
    assert len({p.steps[-1].arguments["bucket"] for p in (first, second, third)}) == 1
    assert [e["resource"]["kind"] for e in house.of_kind("undone")] == ["job", "job"]
    assert sorted(made.kind for made in record.resources) == ["bucket", "job"]
    held = (await house.holdings())[cloud]
    assert sum(name.startswith("bucket ") for name in held) == 1
    again = await replay(record.run, await house.entries(record.run), RulesParser(), live(), contracts())
    assert again.differences == ()


async def test_a_region_that_has_no_capacity_is_left_after_it_has_refused_often_enough(house: House) -> None:
    house.fault("gcp", "no_capacity", region="europe-west1")
    house.fault("gcp", "no_capacity", region="europe-west4")
    record = await house.record(f"{BATCH}, GCP only")
    assert record.state == "succeeded"
    assert record.offer is not None
    assert record.offer.region not in ("europe-west1", "europe-west4")
