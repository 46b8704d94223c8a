"""What a rollback could not take back is listed with what to do, also where the effect changed what was there."""

from collections.abc import Callable

import pytest

from tests.fakes.offers import ToldTools
from tests.fakes.saga import JOB, RECEIPTS, STEPS, Saga, a_receipt, a_step, failed_state
from workflow.deploy.undoing import BY_HAND, LOOK
from workflow.model.base import Json
from workflow.model.decision import Decision, Violation
from workflow.model.errors import CloudDown, OutcomeUnknown
from workflow.model.ports import ToolResult
from workflow.model.resource import Resource
from workflow.model.run import Remnant

POOL = Resource(cloud="aws", kind="nodepool", id="web", region="eu-west-1")
BEFORE, AFTER = ({"minimum": 1, "maximum": most, "desired": most} for most in (3, 6))
SCALE = a_step("scale_nodepool", pool="web", machine="m6i.large", **AFTER)


def down(tool: str, cloud: str, arguments: Json) -> ToolResult | Decision:
    raise CloudDown("it is gone", "Wait.")


def denied(tool: str, cloud: str, arguments: Json) -> ToolResult | Decision:
    violation = Violation(code="FROZEN", message="it is gone", remedy="Wait.")
    return Decision(verdict="deny", violations=(violation,), revision="r", input_digest="d" * 64)


@pytest.mark.parametrize(("answer", "code"), [(down, "CLOUD_DOWN"), (denied, "DENIED")])
async def test_a_pool_that_could_not_be_scaled_back_is_left_behind(
    answer: Callable[[str, str, Json], ToolResult | Decision], code: str
) -> None:
    output = {"resource": POOL.model_dump(mode="json"), "before": BEFORE, "after": AFTER}
    saga = Saga(ToldTools(answer))
    after = await saga.to_the_end(failed_state((SCALE,), (a_receipt(SCALE, output),)))
    expected = Remnant(
        resource=POOL, tool="scale_nodepool", cloud="aws", region="eu-west-1", key=SCALE.key, code=code,
        message="it is gone", remedy=f"Wait. {BY_HAND}",
    )  # fmt: skip
    assert [Remnant.model_validate(one) for one in after["left_behind"]] == [expected]


async def test_a_step_whose_outcome_stays_unknown_is_possibly_left_behind_and_what_is_known_is_undone() -> None:
    def answer(tool: str, cloud: str, arguments: Json) -> ToolResult | Decision:
        if tool == "release_resource":
            return ToolResult(output={}, seconds=0.1)
        raise OutcomeUnknown("no answer")

    saga = Saga(ToldTools(answer))
    after = await saga.to_the_end(failed_state(STEPS, RECEIPTS[:1], unknown=STEPS[1].model_dump(mode="json")))
    expected = Remnant(
        resource=None, tool="submit_ml_job", cloud="aws", region="eu-west-1", key=STEPS[1].key, certain=False,
        code="OUTCOME_UNKNOWN", message="no answer", remedy=LOOK,
    )  # fmt: skip
    assert [Remnant.model_validate(one) for one in after["left_behind"]] == [expected]
    assert saga.told.count("undone") == 1


@pytest.mark.parametrize(
    "older", [JOB.model_dump(mode="json"), {"resource": JOB.model_dump(mode="json"), "code": "X", "message": "m"}]
)
def test_what_older_records_and_checkpoints_say_is_left_behind_is_still_read(older: Json) -> None:
    read = Remnant.model_validate(older)
    assert (read.resource, read.cloud, read.region, read.code) == (JOB, "aws", "eu-west-1", older.get("code", ""))
