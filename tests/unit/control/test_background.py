"""Long writes at the control plane: answered with a handle, done once, and found again after a restart."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.forward import Forward
from mcp_handlers.kernel.tasks import EXTENSION
from mcp_handlers.tools import create_storage_bucket, get_health
from mcp_handlers.tools.get_cost_estimate import Priced
from tests.fakes.gate import ToldGate
from tests.fakes.offers import priced
from tests.fakes.world import ADA, BUCKET, RESOURCE, World
from workflow.control.background import Background
from workflow.control.decide import Control
from workflow.control.front import Front
from workflow.control.rate import Rates, limits
from workflow.model.base import Json
from workflow.model.errors import NoCapacity
from workflow.model.workload import Principal
from workflow.store.store import open_store

META = "io.modelcontextprotocol/"
TOOLS = {t.name: t for t in (create_storage_bucket.TOOL, get_health.TOOL)}
ASKED = {"cloud": "aws", **BUCKET, "tags": {**BUCKET["tags"], "run": "elsewhere"}}  # type: ignore[dict-item]
EVE = Principal(id="eve@example.com", tenant="acme", roles=("developer",))


async def one_cent(principal: Principal, cloud: str, wanted: Json) -> Priced | None:
    """Everything costs a cent."""
    return priced(10_000)


@dataclass
class Plane:
    """A control plane before one real function, which answers writes once it may `go`."""

    control: Control
    world: World
    go: asyncio.Event = field(default_factory=asyncio.Event)

    def started(self, patience: float = 0.01) -> Endpoint:
        """Its endpoint in a process that has just begun."""
        identity = self.world.identity
        front = Front(
            self.control, {"aws": Forward("aws", "http://aws", self._post)}, identity, Rates(limits(), self.world.clock)
        )
        return Endpoint(front, Background(front, TOOLS, self.control.store, identity, self.world.clock, patience))

    async def _post(self, url: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        if not url.endswith("get_health"):
            await self.go.wait()
        endpoint = self.world.health if url.endswith("get_health") else self.world.bucket
        response = await endpoint.rpc(headers, body)
        return response.status, response.body

    async def ask(
        self, endpoint: Endpoint, method: str, *, who: Principal = ADA, tasks: bool = True, **params: Any
    ) -> tuple[int, Json]:
        """Status, and result or error, of one request."""
        capabilities = {"extensions": {EXTENSION: {}}} if tasks else {}
        meta = {META + "protocolVersion": "2026-07-28", META + "clientCapabilities": capabilities}
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
        headers = {
            "authorization": f"Bearer {self.world.signer.token(who, 'control')}",
            "mcp-protocol-version": "2026-07-28",
            "mcp-method": method,
            "mcp-name": params.get("name", params.get("taskId", "")),
        }
        response = await endpoint.rpc(headers, json.dumps(body).encode())
        told = json.loads(response.body)
        return response.status, told.get("result", told.get("error"))

    async def begin(self, endpoint: Endpoint) -> str:
        """A write that goes on; its task."""
        _, told = await self.ask(endpoint, "tools/call", name="create_storage_bucket", arguments=ASKED)
        assert (told["resultType"], told["status"], told["ttlMs"]) == ("task", "working", None)
        return str(told["taskId"])

    async def ended(self, endpoint: Endpoint, task: str) -> Json:
        """The task once it is no longer at work."""
        async with asyncio.timeout(5):
            while True:
                _, told = await self.ask(endpoint, "tasks/get", taskId=task)
                if told["status"] != "working":
                    return told
                await asyncio.sleep(0.01)

    async def kinds(self, kind: str) -> int:
        """How many entries of a kind the ledger has."""
        return [e.event.kind for e in await self.control.store.entries()].count(kind)


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    """Control plane and function with one key and one clock."""
    world = World()
    async with open_store(tmp_path / "t.db") as store:
        control = Control(
            tools=TOOLS, gate=ToldGate(), store=store, signer=world.signer, clock=world.clock, estimate=one_cent
        )
        yield Plane(control, world)


async def test_a_long_write_is_answered_with_a_handle_and_its_result_asked_for_later(plane: Plane) -> None:
    endpoint = plane.started()
    task = await plane.begin(endpoint)
    _, working = await plane.ask(endpoint, "tasks/get", taskId=task)
    assert (working["status"], working["resultType"]) == ("working", "complete")
    assert "result" not in working
    plane.go.set()
    told = await plane.ended(endpoint, task)
    assert told["status"] == "completed"
    assert told["result"]["isError"] is False
    assert "tollgate/receipt" in told["result"]["_meta"]


async def test_a_quick_write_is_answered_plainly_and_is_no_task(plane: Plane) -> None:
    plane.go.set()
    _, told = await plane.ask(plane.started(patience=5), "tools/call", name="create_storage_bucket", arguments=ASKED)
    assert (told["resultType"], told["isError"]) == ("complete", False)
    assert await plane.kinds("task.began") == 0


async def test_a_read_is_never_a_task(plane: Plane) -> None:
    arguments = {"cloud": "aws", "resource": RESOURCE, "tenant": "acme"}
    _, told = await plane.ask(plane.started(patience=0), "tools/call", name="get_health", arguments=arguments)
    assert (told["resultType"], told["isError"]) == ("complete", False)


async def test_a_client_that_did_not_say_so_gets_no_handle(plane: Plane) -> None:
    endpoint = plane.started(patience=0)
    waiting = asyncio.create_task(
        plane.ask(endpoint, "tools/call", name="create_storage_bucket", arguments=ASKED, tasks=False)
    )
    plane.go.set()
    _, told = await waiting
    assert (told["resultType"], told["isError"]) == ("complete", False)
    for method in ("tasks/get", "tasks/cancel", "tasks/update"):
        status, error = await plane.ask(endpoint, method, taskId="x", tasks=False)
        assert (status, error["code"]) == (400, -32021)
        assert error["data"] == {"requiredCapabilities": {"extensions": {EXTENSION: {}}}}


async def test_a_call_that_failed_is_a_task_completed_with_its_error(plane: Plane) -> None:
    endpoint = plane.started()
    task = await plane.begin(endpoint)
    plane.world.handler.raises = NoCapacity("None left.")
    plane.go.set()
    told = await plane.ended(endpoint, task)
    assert told["status"] == "completed"
    assert told["result"]["_meta"]["tollgate/error"]["code"] == "NO_CAPACITY"


async def test_after_a_restart_asking_for_the_task_does_the_same_effect_and_no_other(plane: Plane) -> None:
    task = await plane.begin(plane.started())
    after = plane.started()
    _, working = await plane.ask(after, "tasks/get", taskId=task)
    assert working["status"] == "working"
    plane.go.set()
    told = await plane.ended(after, task)
    receipt = told["result"]["_meta"]["tollgate/receipt"]
    assert {key for _, key in plane.world.handler.calls if key} == {receipt["key"]}
    assert (await plane.control.store.get_receipt(receipt["key"])) is not None


async def test_a_wish_to_cancel_is_heard_and_nothing_is_cut_off_half_done(plane: Plane) -> None:
    endpoint = plane.started()
    task = await plane.begin(endpoint)
    for method in ("tasks/cancel", "tasks/update"):
        status, told = await plane.ask(endpoint, method, taskId=task)
        assert (status, told["resultType"]) == (200, "complete")
        assert "taskId" not in told
    plane.go.set()
    assert (await plane.ended(endpoint, task))["status"] == "completed"


@pytest.mark.parametrize("method", ["tasks/get", "tasks/cancel", "tasks/update"])
async def test_nobody_elses_task_is_to_be_found(plane: Plane, method: str) -> None:
    endpoint = plane.started()
    task = await plane.begin(endpoint)
    for who, which in ((EVE, task), (ADA, "no-such-task")):
        status, error = await plane.ask(endpoint, method, taskId=which, who=who)
        assert (status, error["code"], error["message"]) == (400, -32602, "Unknown task")
    plane.go.set()
    await plane.ended(endpoint, task)


async def test_a_header_that_names_another_task_is_refused(plane: Plane) -> None:
    status, error = await plane.ask(plane.started(), "tasks/get", taskId="a", name="b")
    assert (status, error["code"]) == (400, -32020)


async def test_only_who_keeps_tasks_says_so(plane: Plane) -> None:
    _, told = await plane.ask(plane.started(), "server/discover")
    assert told["capabilities"]["extensions"] == {EXTENSION: {}}
    _, told = await plane.ask(plane.world.bucket, "server/discover")
    assert "extensions" not in told["capabilities"]
    status, error = await plane.ask(plane.world.bucket, "tasks/get", taskId="a")
    assert (status, error["code"]) == (404, -32601)
