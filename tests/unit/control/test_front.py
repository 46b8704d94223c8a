"""The control plane's `/mcp`: decide, forward, keep the receipt, once for each effect."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.forward import Forward
from mcp_handlers.tools import create_storage_bucket, get_health
from mcp_handlers.tools.get_cost_estimate import Priced
from tests.fakes.gate import ToldGate, always
from tests.fakes.offers import priced
from tests.fakes.world import ADA, BUCKET, NOW, World, call
from workflow.control.decide import Control
from workflow.control.front import Front
from workflow.control.rate import Rates, limits
from workflow.model.base import Json
from workflow.model.errors import CloudDown, NoCapacity
from workflow.model.ports import Event
from workflow.model.principal import Principal
from workflow.model.run import Run
from workflow.model.workload import Request
from workflow.store.store import open_store

TOOLS = {t.name: t for t in (create_storage_bucket.TOOL, get_health.TOOL)}
EVE = Principal(id="eve@example.com", tenant="umbrella", roles=("developer",))


async def one_cent(principal: Principal, cloud: str, wanted: Json) -> Priced | None:
    """Everything costs a cent."""
    return priced(10_000)


@dataclass
class Plane:
    """A front before one real function of a make-believe cloud."""

    front: Endpoint
    control: Control
    world: World
    down: bool = False
    posts: list[str] = field(default_factory=list)

    async def call(self, arguments: Json, *, who: Principal = ADA, **meta: str | int) -> Json:
        """A create_storage_bucket on aws."""
        body = json.loads(call("create_storage_bucket", {"cloud": "aws", **arguments}))
        body["params"]["_meta"] |= meta
        headers = self.world.headers("create_storage_bucket", {"cloud": "aws", **arguments})
        headers["authorization"] = f"Bearer {self.control.signer.token(who, 'control')}"
        answer = json.loads((await self.front.rpc(headers, json.dumps(body).encode())).body)
        result: Json = answer["result"]
        return result

    async def states(self) -> list[str]:
        """The money of every reservation."""
        entries = await self.control.store.entries()
        runs = dict.fromkeys(e.event.run for e in entries)
        return [r.state for run in runs for r in await self.control.store.list_reservations(run)]


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    """Front, control and function with one key and one clock."""
    world = World()
    async with open_store(tmp_path / "t.db") as store:
        control = Control(
            tools=TOOLS, gate=ToldGate(), store=store, signer=world.signer, clock=world.clock, estimate=one_cent
        )
        found: Plane

        async def post(url: str, headers: Any, body: bytes) -> tuple[int, bytes]:
            found.posts.append(url.rsplit("/", 1)[-1])
            if found.down:
                raise CloudDown("Nobody answers.")
            endpoint = world.health if url.endswith("get_health") else world.bucket
            response = await endpoint.rpc(headers, body)
            return response.status, response.body

        rates = Rates(limits(), world.clock)
        front = Front(control, {"aws": Forward("aws", "http://aws", post)}, world.identity, rates)
        found = Plane(Endpoint(front), control, world)
        yield found


def outside(run: str = "elsewhere") -> Json:
    """A call outside any run."""
    return {**BUCKET, "tags": {**BUCKET["tags"], "run": run}}  # type: ignore[dict-item]


async def test_a_write_is_decided_done_settled_and_told_to_the_ledger(plane: Plane) -> None:
    result = await plane.call(outside())
    assert result["isError"] is False
    assert plane.posts == ["create_storage_bucket"]
    assert await plane.states() == ["settled"]
    assert [e.event.kind for e in await plane.control.store.entries()] == ["call.decided", "call.done"]


async def test_the_same_write_again_gets_the_same_answer_without_another_effect(plane: Plane) -> None:
    first, again = await plane.call(outside()), await plane.call(outside())
    assert first == again
    assert plane.posts == ["create_storage_bucket", "get_health"]
    assert len(plane.world.handler.calls) == 2


async def test_a_denied_write_is_never_forwarded(plane: Plane) -> None:
    assert isinstance(plane.control.gate, ToldGate)
    plane.control.gate.says = always("deny")
    result = await plane.call(outside())
    assert result["_meta"]["tollgate/decision"]["verdict"] == "deny"
    assert (plane.posts, await plane.states()) == ([], [])


async def test_money_is_given_back_where_nothing_was_done(plane: Plane) -> None:
    plane.world.handler.raises = NoCapacity("None left.")
    result = await plane.call(outside())
    assert result["_meta"]["tollgate/error"]["code"] == "NO_CAPACITY"
    assert await plane.states() == ["released"]


async def test_money_is_given_back_where_the_functions_own_gate_refused(plane: Plane) -> None:
    plane.world.gate.says = always("deny")
    await plane.call(outside())
    assert await plane.states() == ["released"]


async def test_a_write_that_meets_a_change_of_the_policies_is_done_when_it_is_sent_again(plane: Plane) -> None:
    plane.world.gate.revision = "told-2"
    met = (await plane.call(outside()))["_meta"]["tollgate/error"]
    assert (met["code"], met["retryable"]) == ("GATE_UNAVAILABLE", True)
    assert (plane.world.handler.calls, await plane.states()) == ([], ["held"])
    assert isinstance(plane.control.gate, ToldGate)
    plane.control.gate.revision = "told-2"
    assert (await plane.call(outside()))["isError"] is False
    assert await plane.states() == ["settled"]


async def test_money_stays_held_where_the_outcome_is_not_known(plane: Plane) -> None:
    plane.down = True
    result = await plane.call(outside())
    assert result["_meta"]["tollgate/error"]["code"] == "CLOUD_DOWN"
    assert await plane.states() == ["held"]


async def test_a_call_cannot_be_written_into_a_run_of_another_tenant(plane: Plane) -> None:
    request = Request(id="r-eve", text="x", principal=EVE, submitted_at=NOW)
    run = Run(id="r-eve", tenant=EVE.tenant, state="running", request=request, created_at=NOW, updated_at=NOW)
    await plane.control.store.save_run(run)
    result = await plane.call(outside(), **{"tollgate/run": "r-eve", "tollgate/step": "s"})
    assert result["_meta"]["tollgate/error"]["code"] == "BAD_REQUEST"
    assert (plane.posts, list(await plane.control.store.entries())) == ([], [])


async def test_a_cloud_that_is_not_there_is_named(plane: Plane) -> None:
    result = await plane.call(outside() | {"cloud": "moon"})
    assert "`cloud` must be one of aws." in result["content"][0]["text"]


async def test_a_call_of_a_run_that_another_has_taken_over_is_not_forwarded(plane: Plane) -> None:
    request = Request(id="r-ada", text="x", principal=ADA, submitted_at=NOW)
    run = Run(id="r-ada", tenant=ADA.tenant, state="running", request=request, created_at=NOW, updated_at=NOW)
    event = Event(run=run.id, tenant=run.tenant, kind="requested", body={}, at=NOW)
    await plane.control.store.begin_run(run, "one", NOW, event)
    await plane.control.store.take_run(run.id, "two", NOW, NOW)
    meta: Json = {"tollgate/run": "r-ada", "tollgate/step": "s"}
    late = await plane.call(outside(), **meta, **{"tollgate/fence": 1})
    assert late["_meta"]["tollgate/error"]["code"] == "LEASE_LOST"
    assert (plane.posts, await plane.states()) == ([], [])
    assert (await plane.call(outside(), **meta, **{"tollgate/fence": 2}))["isError"] is False
    assert plane.posts == ["create_storage_bucket"]


async def test_a_fence_that_is_no_number_is_a_bad_request(plane: Plane) -> None:
    result = await plane.call(outside(), **{"tollgate/fence": "one"})
    assert result["_meta"]["tollgate/error"]["code"] == "BAD_REQUEST"
