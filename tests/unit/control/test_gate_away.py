"""Where nobody judges, the front says that it is for now, and a plan is judged by one and the same policies."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.tools import create_storage_bucket, get_health
from policies.engine.answer import absence
from policies.engine.attended import Attended
from tests.fakes.world import ADA, BUCKET, RESOURCE, World, call
from workflow.control.decide import Control
from workflow.control.front import Front
from workflow.control.judging import judge
from workflow.control.rate import Rates, limits
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import GateUnavailable
from workflow.store.store import open_store

TOOLS = {t.name: t for t in (create_storage_bucket.TOOL, get_health.TOOL)}


class AwayGate:
    """An engine that is away."""

    revision = "told-1"

    async def decide(self, question: Json) -> Decision:
        return absence("OPA at http://127.0.0.1:1 is away: refused.", self.revision, "")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("create_storage_bucket", BUCKET), ("get_health", {"resource": RESOURCE, "tenant": "acme"})],
)
async def test_a_call_to_the_front_is_answered_503_and_nothing_is_held_or_done(
    tmp_path: Path, tool: str, arguments: Json
) -> None:
    world = World()
    async with open_store(tmp_path / "t.db") as store:

        async def free(*asked: Any) -> None:
            return None

        control = Control(
            tools=TOOLS, gate=Attended(AwayGate()), store=store, signer=world.signer, clock=world.clock, estimate=free
        )
        clouds: Any = {"aws": None}
        front = Endpoint(Front(control, clouds, world.identity, Rates(limits(), world.clock)))
        headers = world.headers(tool, {"cloud": "aws", **arguments}, plane="control")
        response = await front.rpc(headers, call(tool, {"cloud": "aws", **arguments}))
        assert await store.entries() == []
    error = json.loads(response.body)["error"]
    assert response.status == 503
    assert response.headers["retry-after"] == "2"
    assert error["data"] == {
        "code": "GATE_UNAVAILABLE",
        "remedy": GateUnavailable.default_remedy,
        "retryable": True,
        "retry_after": 2.0,
    }
    assert "OPA at http://127.0.0.1:1 is away" in error["message"]


async def test_a_function_whose_gate_is_away_answers_503_and_does_nothing() -> None:
    world = World()
    function = replace(world.function(get_health.TOOL), gate=Attended(AwayGate()))
    body = call("get_health", {"resource": RESOURCE, "tenant": ADA.tenant})
    response = await Endpoint(function).rpc(world.headers("get_health"), body)
    assert (response.status, world.handler.calls) == (503, [])


@dataclass
class Changing:
    """A gate whose policies change after its first answer."""

    asked: list[Json] = field(default_factory=list)

    @property
    def revision(self) -> str:
        return "old" if len(self.asked) < 1 else "new"

    async def decide(self, question: Json) -> Decision:
        revision = self.revision
        self.asked.append(question)
        return Decision(verdict="allow", revision=revision, input_digest=str(question["n"]))


async def test_a_plan_is_judged_anew_where_the_policies_changed_in_between() -> None:
    gate = Changing()
    decision = await judge(gate, [{"n": 1}, {"n": 2}])
    assert (decision.revision, decision.verdict) == ("new", "allow")
    assert [question["n"] for question in gate.asked] == [1, 2, 1, 2]
