"""What is kept when spot machines are taken back, and what becomes of it where nothing is to be had any more."""

import pytest

from tests.fakes.offers import ToldTools, a_request, priced
from tests.fakes.saga import BUCKET, RECEIPTS, STEPS, Saga, failed_state
from workflow.deploy.allocator import begin_afresh
from workflow.deploy.brief import Brief, Checkpoint, brief
from workflow.deploy.carry import Kept, carried, pinned, resumed
from workflow.deploy.state import Trouble
from workflow.model.errors import SpotLost, Unhealthy
from workflow.model.plan import Plan
from workflow.model.ports import ToolResult
from workflow.model.workload import Workload

BRIEF = brief(Workload(kind="training", hours=1))
OFFER = priced(1)
PLAN = Plan(run="r1", attempt=0, offer=OFFER.offer, cost=OFFER.cost, steps=STEPS)
KEPT = Kept(step=STEPS[0], receipt=RECEIPTS[0])
PLACE = Checkpoint(cloud="aws", region="eu-west-1", bucket=BUCKET.id)
LOST = Trouble.of(SpotLost("taken"))


def done(*_: object) -> ToolResult:
    return ToolResult(output={}, seconds=0.1)


@pytest.mark.parametrize(
    ("plan", "trouble", "before", "kept"),
    [
        (PLAN, LOST, (), (KEPT,)),
        (PLAN.model_copy(update={"steps": STEPS[1:]}), LOST, (KEPT,), (KEPT,)),
        (PLAN, Trouble.of(Unhealthy("ill")), (KEPT,), ()),
        (PLAN.model_copy(update={"steps": STEPS[:1]}), LOST, (), ()),
    ],
    ids=["the first time", "once more", "ill and not taken", "no job"],
)
def test_the_bucket_of_a_job_that_lost_its_spot_is_kept(
    plan: Plan, trouble: Trouble, before: tuple[Kept, ...], kept: tuple[Kept, ...]
) -> None:
    receipts = [one for one in RECEIPTS if one.key in {step.key for step in plan.steps}]
    assert carried(plan, receipts, before, trouble) == kept


def test_the_next_attempt_stays_where_the_checkpoints_are() -> None:
    again = resumed(BRIEF, [KEPT])
    assert again.checkpoint == PLACE
    assert (pinned(again).clouds, pinned(again).regions) == (("aws",), ("eu-west-1",))
    assert (resumed(again, ()), pinned(BRIEF)) == (BRIEF, BRIEF)


async def test_a_rollback_takes_the_job_back_and_leaves_the_bucket() -> None:
    saga = Saga(tools := ToldTools(done), attempts=2)
    after = await saga.to_the_end(failed_state(STEPS, RECEIPTS, trouble=LOST.model_dump(mode="json")))
    assert [step for _, _, step in tools.calls] == ["undo-0-0-submit_ml_job"]
    assert ([Kept.model_validate(one) for one in after["kept"]], len(after["losses"])) == ([KEPT], 1)
    assert Brief.model_validate(after["brief"]).checkpoint == PLACE


async def test_the_last_attempt_leaves_nothing() -> None:
    saga = Saga(tools := ToldTools(done), attempts=1)
    after = await saga.to_the_end(failed_state(STEPS, RECEIPTS, trouble=LOST.model_dump(mode="json")))
    assert [step for _, _, step in tools.calls] == ["undo-0-0-submit_ml_job", "undo-0-0-create_storage_bucket"]
    assert (after["kept"], after["next"]) == ([], "finisher")


async def test_where_nothing_is_to_be_had_the_checkpoints_are_given_up_and_the_work_begins_again() -> None:
    saga = Saga(tools := ToldTools(done))
    state = failed_state((), (), kept=[KEPT.model_dump(mode="json")])
    after = await begin_afresh(saga.context, state, a_request(), resumed(BRIEF, [KEPT]), [])
    assert [(tool, step) for tool, _, step in tools.calls] == [("release_resource", "undo-0-0-create_storage_bucket")]
    assert (after["next"], after["kept"], after["left_behind"]) == ("allocator", [], [])
    assert Brief.model_validate(after["brief"]) == BRIEF
