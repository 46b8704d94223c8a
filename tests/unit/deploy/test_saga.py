"""A rollback takes back the last effect first, tries again what failed for now, and goes on after a restart."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.offers import ToldTools
from tests.fakes.saga import BUCKET, JOB, RECEIPTS, STEPS, Saga, failed_state
from workflow.deploy.rollback import PASSES
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import NoCapacity, NoPermission, OutcomeUnknown, Throttled, TollgateError
from workflow.model.ports import ToolResult

UNKNOWN = STEPS[1].model_dump(mode="json")


@dataclass
class Cloud:
    """Fails as often as told, by resource or tool, and then does it. `done` is in the order it was done."""

    fails: dict[str, list[TollgateError]] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    def answer(self, tool: str, cloud: str, arguments: Json) -> ToolResult | Decision:
        name = arguments["resource"]["id"] if "resource" in arguments else tool
        if self.fails.get(name):
            raise self.fails[name].pop(0)
        self.done.append(name)
        return ToolResult(output={}, receipt=RECEIPTS[1] if tool == "submit_ml_job" else None, seconds=0.1)


async def test_the_last_effect_is_taken_back_first_each_under_a_name_of_its_own() -> None:
    cloud = Cloud()
    saga = Saga(tools := ToldTools(cloud.answer))
    after = await saga.to_the_end(failed_state(STEPS, RECEIPTS))
    assert cloud.done == [JOB.id, BUCKET.id]
    assert [step for _, _, step in tools.calls] == ["undo-0-0-submit_ml_job", "undo-0-0-create_storage_bucket"]
    assert (after["next"], after["left_behind"], after["receipts"]) == ("finisher", [], [])
    assert saga.used == {step.key: 0 for step in STEPS}


async def test_what_fails_for_now_is_tried_again_in_another_pass_and_the_rest_is_not() -> None:
    cloud = Cloud({JOB.id: [Throttled("slow"), Throttled("slow")]})
    saga = Saga(tools := ToldTools(cloud.answer))
    after = await saga.to_the_end(failed_state(STEPS, RECEIPTS))
    assert cloud.done == [BUCKET.id, JOB.id]
    assert len(tools.calls) == 4
    assert after["left_behind"] == []


async def test_another_process_goes_on_with_what_is_left() -> None:
    cloud = Cloud({JOB.id: [Throttled("slow")]})
    checkpoint = await Saga(ToldTools(cloud.answer)).once(failed_state(STEPS, RECEIPTS))
    assert (checkpoint["next"], cloud.done) == ("rollback", [BUCKET.id])
    later = Saga(tools := ToldTools(cloud.answer))
    after = await later.to_the_end(checkpoint)
    assert [step for _, _, step in tools.calls] == ["undo-0-0-submit_ml_job"]
    assert (after["next"], after["left_behind"]) == ("finisher", [])


async def test_what_can_never_succeed_is_not_tried_again() -> None:
    saga = Saga(tools := ToldTools(Cloud({JOB.id: [NoPermission("no")]}).answer))
    after = await saga.to_the_end(failed_state(STEPS, RECEIPTS))
    assert [one["code"] for one in after["left_behind"]] == ["NO_PERMISSION"]
    assert len(tools.calls) == 2


async def test_an_unknown_outcome_is_asked_for_and_what_it_made_is_undone_first() -> None:
    cloud = Cloud({"submit_ml_job": [OutcomeUnknown("no answer")]})
    saga = Saga(ToldTools(cloud.answer))
    after = await saga.to_the_end(failed_state(STEPS, RECEIPTS[:1], unknown=UNKNOWN))
    assert cloud.done == [BUCKET.id, "submit_ml_job", JOB.id]
    assert after["left_behind"] == []


async def test_an_unknown_outcome_that_turns_out_to_be_nothing_leaves_nothing() -> None:
    cloud = Cloud({"submit_ml_job": [NoCapacity("none")]})
    after = await Saga(ToldTools(cloud.answer)).to_the_end(failed_state(STEPS, RECEIPTS[:1], unknown=UNKNOWN))
    assert (cloud.done, after["left_behind"]) == ([BUCKET.id], [])


@given(st.dictionaries(st.sampled_from([JOB.id, BUCKET.id]), st.integers(0, PASSES + 2)))
async def test_every_effect_is_either_undone_once_or_left_behind_once(times: dict[str, int]) -> None:
    cloud = Cloud({name: [Throttled("slow")] * count for name, count in times.items()})
    after = await Saga(ToldTools(cloud.answer)).to_the_end(failed_state(STEPS, RECEIPTS))
    left = [one["resource"]["id"] for one in after["left_behind"]]
    assert sorted([*cloud.done, *left]) == sorted([JOB.id, BUCKET.id])
    assert set(left) == {name for name, count in times.items() if count >= PASSES}
