"""Whatever is sent to the control plane: an answer comes back that is no fault of ours, nothing is done that its gate
and the function's did not both allow to the caller, and a task is told to nobody but who began it."""

import json
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.forward import Forward
from mcp_handlers.kernel.response import Response
from mcp_handlers.kernel.tasks import METHODS
from mcp_handlers.tools import create_storage_bucket, get_health
from mcp_handlers.tools.get_cost_estimate import Priced
from tests.fakes.drawn import ARGUMENTS, EVE, Sent, calls
from tests.fakes.gate import ToldGate, always
from tests.fakes.offers import priced
from tests.fakes.world import ADA, World
from workflow.control.background import Background
from workflow.control.decide import Control
from workflow.control.front import Front
from workflow.control.rate import Rates, limits
from workflow.model.base import Json, digest
from workflow.model.decision import Verdict
from workflow.model.errors import NoCapacity
from workflow.model.principal import Principal
from workflow.store.store import open_store

TOOLS = {tool.name: tool for tool in (create_storage_bucket.TOOL, get_health.TOOL)}
PARTS = ("arguments", "broken", "meta", "headers", "params", "envelope")
few = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
sends = st.sampled_from(sorted(TOOLS)).flatmap(lambda tool: calls(tool, *PARTS, cloud="aws"))
verdicts = st.sampled_from(["allow", "allow", "deny", "ask"])


@dataclass
class Plane:
    """A control plane before real functions. A call of one that can take a handle is answered before it is done."""

    world: World
    gate: ToldGate
    background: Background

    @property
    def endpoint(self) -> Endpoint:
        """Its way in."""
        return Endpoint(self.background.service, self.background)

    def token(self, who: Principal) -> str:
        """Somebody's for the control plane."""
        return self.world.signer.token(who, "control")

    async def settled(self, who: Principal, told: Json) -> None:
        """A task is over."""
        waiting = replace(self.background, patience=5.0)
        headers = {"authorization": f"Bearer {self.token(who)}"}
        state = await waiting.state(headers, told["taskId"], waits=True)
        assert state is not None
        assert state["status"] in ("completed", "failed")


@asynccontextmanager
async def planes() -> AsyncIterator[Plane]:
    """One with a store of its own."""
    world = World()

    async def post(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        endpoint = world.health if url.endswith("get_health") else world.bucket
        response = await endpoint.rpc(headers, body)
        assert response.status == 200
        return response.status, response.body

    async def one_cent(principal: Principal, cloud: str, wanted: Json) -> Priced | None:
        return priced(10_000)

    with tempfile.TemporaryDirectory() as folder:
        async with open_store(Path(folder) / "t.db") as store:
            gate = ToldGate()
            control = Control(
                tools=TOOLS, gate=gate, store=store, signer=world.signer, clock=world.clock, estimate=one_cent
            )
            rates = Rates(limits(), world.clock)
            front = Front(control, {"aws": Forward("aws", "http://aws", post)}, world.identity, rates)
            yield Plane(world, gate, Background(front, TOOLS, store, world.identity, world.clock, patience=0))


def sound(response: Response) -> Json:
    """What a JSON-RPC answer says that is no fault of ours; nothing where none was asked for."""
    if response.status == 202:
        assert response.body == b""
        return {}
    answer: dict[str, Any] = json.loads(response.body)
    assert set(answer) in ({"jsonrpc", "id", "result"}, {"jsonrpc", "id", "error"})
    assert response.status in (200, 400, 401, 404)
    assert response.status == 200 or "error" in answer
    found: Json = answer["result"] if "result" in answer else answer["error"]
    return found


@few
@given(sent=sends, ours=verdicts, functions=verdicts, ending=st.sampled_from([None, None, NoCapacity("x")]))
async def test_a_call_is_done_only_as_both_gates_allowed_it_to_its_caller(
    sent: Sent, ours: Verdict, functions: Verdict, ending: Exception | None
) -> None:
    async with planes() as plane:
        plane.gate.says, plane.world.gate.says = always(ours), always(functions)
        plane.world.handler.raises = ending
        headers, body = sent.written(plane.token(sent.who))
        told = sound(await plane.endpoint.rpc(headers, body))
        if told.get("resultType") == "task":
            await plane.settled(sent.who, told)
        for wanted, _ in plane.world.handler.calls:
            assert (ours, functions) == ("allow", "allow")
            assert headers["authorization"] == f"Bearer {plane.token(sent.who)}"
            exact = digest(wanted.model_dump(mode="json"))
            for asked in (plane.gate.asked[-1], plane.world.gate.asked[-1]):
                who = asked["principal"]["id"]
                assert (who, asked["action"]["tool"], digest(asked["resource"])) == (sent.who.id, sent.tool, exact)
        valid = replace(sent, arguments=ARGUMENTS[sent.tool], grant={}).unchanged
        if valid and sent.arguments == {"cloud": "aws", **ARGUMENTS[sent.tool]}:
            assert len(plane.world.handler.calls) == (ours == functions == "allow")


@few
@given(
    began=calls("create_storage_bucket", "arguments", cloud="aws"),
    asks=calls("create_storage_bucket", "meta", "headers", "params", "envelope"),
    method=st.sampled_from(METHODS),
    right=st.sampled_from([True, True, False]),
    who=st.sampled_from([ADA, EVE]),
)
async def test_a_task_is_told_to_who_began_it_and_to_nobody_else(
    began: Sent, asks: Sent, method: str, right: bool, who: Principal
) -> None:
    async with planes() as plane:
        modern = replace(began, revision="2026-07-28", tasks=True)
        task = sound(await plane.endpoint.rpc(*modern.written(plane.token(began.who))))
        assert (task["resultType"], task["status"]) == ("task", "working")
        named = {"taskId": task["taskId"] if right else "x"}
        asks = replace(asks, who=who, revision="2026-07-28", tasks=True, grant={}, follows=True)
        about = replace(asks, params=named | asks.params, envelope={"method": method} | asks.envelope)
        headers, body = about.written(plane.token(asks.who))
        answer = await plane.endpoint.rpc(headers, body)
        told = sound(answer)
        if "taskId" in told:
            assert (who, right, told["taskId"]) == (began.who, True, task["taskId"])
        if asks.unchanged:
            assert (answer.status == 200) == (right and who == began.who)
        waiting = replace(plane.background, patience=5.0)
        await waiting.state({"authorization": f"Bearer {plane.token(began.who)}"}, task["taskId"], waits=True)
        assert len(plane.world.handler.calls) <= 1
