"""What a rollback could not take back is listed, also where the effect changed something that was there before."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from functions.registry import contracts
from mcp_handlers.tools import scale_nodepool
from tests.fakes.offers import NOW, ToldTools, a_request, priced
from workflow.deploy.context import Context
from workflow.deploy.rollback import roll_back
from workflow.deploy.state import State, Trouble
from workflow.model.base import Json
from workflow.model.decision import Decision, Violation
from workflow.model.errors import CloudDown
from workflow.model.plan import Plan, Step
from workflow.model.ports import ToolResult
from workflow.model.run import Receipt

POOL = {"cloud": "aws", "kind": "nodepool", "id": "web", "region": "eu-west-1", "zone": ""}
BEFORE, AFTER = ({"minimum": 1, "maximum": most, "desired": most} for most in (3, 6))
TAGS = {"tenant": "acme", "project": "p", "run": "r1", "owner": "ada", "environment": "staging"}
ASKED = {"region": "eu-west-1", "pool": "web", "machine": "m6i.large", "tags": TAGS, **AFTER}


def down(tool: str, cloud: str, arguments: Json) -> ToolResult | Decision:
    raise CloudDown("it is gone")


def denied(tool: str, cloud: str, arguments: Json) -> ToolResult | Decision:
    violation = Violation(code="FROZEN", message="Writes are frozen.", remedy="Wait.")
    return Decision(verdict="deny", violations=(violation,), revision="r", input_digest="d" * 64)


@pytest.mark.parametrize(("answer", "code"), [(down, "CLOUD_DOWN"), (denied, "DENIED")])
async def test_a_pool_that_could_not_be_scaled_back_is_left_behind(
    answer: Callable[[str, str, Json], ToolResult | Decision], code: str
) -> None:
    offer = priced(1)
    exact = scale_nodepool.Input.model_validate(ASKED).model_dump(mode="json")
    step = Step(name="scale", tool="scale_nodepool", cloud="aws", arguments=exact, key="k" * 40, cost_cents=1)
    plan = Plan(run="r1", attempt=0, offer=offer.offer, cost=offer.cost, steps=(step,))
    receipt = Receipt(
        key=step.key, run="r1", step="scale", tool=step.tool, cloud="aws", arguments_digest="", decision_digest="",
        policy_revision="", output={"resource": POOL, "before": BEFORE, "after": AFTER}, resources=(),
        started_at=NOW, finished_at=NOW,
    )  # fmt: skip
    state = {
        "request": a_request().model_dump(mode="json"),
        "plan": plan.model_dump(mode="json"),
        "receipts": [receipt.model_dump(mode="json")],
        "trouble": Trouble(code="UNHEALTHY", message="m", remedy="", scope="").model_dump(mode="json"),
        "attempt": 0,
    }
    around = SimpleNamespace(
        contracts=contracts(),
        tools=ToldTools(answer),
        store=SimpleNamespace(settle=_nothing),
        journal=SimpleNamespace(write=_nothing),
        max_attempts=1,
    )
    after = await roll_back(cast(Context, around), cast(State, state))
    assert [(one["resource"], one["code"]) for one in after["left_behind"]] == [(POOL, code)]


async def _nothing(*_: Any) -> None:
    """Keeps nothing."""
