"""Long writes at the control plane: answered with a handle, done once, and found again after a restart."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.forward import Forward
from mcp_handlers.kernel.grant import HEADER, Grant
from mcp_handlers.kernel.jws import unb64
from mcp_handlers.kernel.result import done, failed
from mcp_handlers.kernel.tasks import EXTENSION
from mcp_handlers.kernel.wire import mirror
from mcp_handlers.tools import create_storage_bucket, get_health, release_resource
from mcp_handlers.tools.get_cost_estimate import Priced
from tests.fakes.gate import ToldGate, always
from tests.fakes.offers import priced
from tests.fakes.world import ADA, BUCKET, NOW, RESOURCE, World
from workflow.control.background import Background
from workflow.control.decide import Control
from workflow.control.front import Front
from workflow.control.rate import Limit, Limits, Rates, limits
from workflow.model.base import Json
from workflow.model.errors import CloudDown, NoCapacity, NoPermission, OutcomeUnknown, RateLimited, TollgateError
from workflow.model.ports import Event
from workflow.model.principal import Principal
from workflow.model.resource import Receipt
from workflow.store.store import open_store

META = "io.modelcontextprotocol/"
TOOLS = {t.name: t for t in (create_storage_bucket.TOOL, get_health.TOOL, release_resource.TOOL)}
ASKED = {"cloud": "aws", **BUCKET, "tags": {**BUCKET["tags"], "run": "elsewhere"}}  # type: ignore[dict-item]
EVE = Principal(id="eve@example.com", tenant="acme", roles=("developer",))


@dataclass
class Plane:
    """A control plane before one real function, which answers writes once it may `go`."""

    control: Control
    world: World
    priced: asyncio.Event
    """Whether prices are to be had: everything costs a cent."""
    go: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether a write has come to the function."""
    lost: int = 0
    """How many more answers to writes get lost on the way."""
    faults: list[TollgateError] = field(default_factory=list)
    """What is raised for the writes after that."""
    keeps: bool = False
    """Whether nothing may be released."""
    released: list[Json] = field(default_factory=list)
    processes: list[Background] = field(default_factory=list)
    """All that were begun: none is at an end before the test is."""

    def started(self, patience: float = 0.01, *, rates: Rates | None = None, pause: float = 0) -> Endpoint:
        """Its endpoint in a process that has just begun."""
        identity, clock = self.world.identity, self.world.clock
        ways = {"aws": Forward("aws", "http://aws", self._post)}
        front = Front(self.control, ways, identity, rates or Rates(limits(), clock))
        self.processes.append(Background(front, TOOLS, self.control.store, identity, clock, patience, pause))
        return Endpoint(front, self.processes[-1])

    async def end(self) -> None:
        """Stop whatever is still at work."""
        endings = [ending for one in self.processes for ending, _ in one._running.values()]
        for ending in endings:
            ending.cancel()
        await asyncio.gather(*endings, return_exceptions=True)

    async def _post(self, url: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        if url.endswith("release_resource"):
            return self._release(headers, json.loads(body)["params"]["arguments"])
        if not url.endswith("get_health"):
            self.arrived.set()
            await self.go.wait()
            if self.lost:
                self.lost -= 1
                await asyncio.sleep(0.02)
                raise OutcomeUnknown("No answer.")
            if self.faults:
                raise self.faults.pop()
        endpoint = self.world.health if url.endswith("get_health") else self.world.bucket
        response = await endpoint.rpc(headers, body)
        return response.status, response.body

    def _release(self, headers: Any, arguments: Json) -> tuple[int, bytes]:
        self.released.append(arguments)
        leave = Grant.model_validate(json.loads(unb64(headers[HEADER].split(".")[1]))["grant"])
        made = Receipt(
            **leave.model_dump(include={"key", "run", "step", "tool", "cloud", "arguments_digest"}),
            decision_digest=leave.decision, policy_revision=leave.revision, output={"released": True}, resources=(),
            started_at=NOW, finished_at=NOW,
        )  # fmt: skip
        result = failed(NoPermission("Not yours to take away.")) if self.keeps else done({"released": True}, made)
        return 200, json.dumps({"jsonrpc": "2.0", "id": 1, "result": result.wire()}).encode()

    async def ask(
        self, endpoint: Endpoint, method: str, *, who: Principal = ADA, tasks: bool = True, **params: Any
    ) -> tuple[int, Json]:
        """Status, and result or error, of one request."""
        capabilities: Json = {"extensions": {EXTENSION: {}}} if tasks else {}
        meta = {META + "protocolVersion": "2026-07-28", META + "clientCapabilities": capabilities}
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
        headers = {
            "authorization": f"Bearer {self.world.signer.token(who, 'control')}",
            "mcp-protocol-version": "2026-07-28",
            "mcp-method": method,
            "mcp-name": params.get("name", params.get("taskId", "")),
            **mirror({"region": "Region", "cloud": "Cloud"}, params.get("arguments", {})),
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


@asynccontextmanager
async def begun(database: Path) -> AsyncIterator[Plane]:
    """Control plane and function with one key and one clock."""
    world = World()
    async with open_store(database) as store:
        priced_now = asyncio.Event()
        priced_now.set()

        async def one_cent(principal: Principal, cloud: str, wanted: Json) -> Priced | None:
            await priced_now.wait()
            return priced(10_000)

        control = Control(
            tools=TOOLS, gate=ToldGate(), store=store, signer=world.signer, clock=world.clock, estimate=one_cent
        )
        plane = Plane(control, world, priced_now)
        yield plane
        await plane.end()


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    """One that is only at work."""
    async with begun(tmp_path / "t.db") as plane:
        yield plane


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


def test_a_process_that_is_frozen_between_requests_gets_on_with_a_task_while_it_is_asked_for(tmp_path: Path) -> None:
    with asyncio.Runner() as process:
        lives = AsyncExitStack()
        plane = process.run(lives.enter_async_context(begun(tmp_path / "t.db")))
        endpoint = plane.started()
        task = process.run(plane.begin(endpoint))
        plane.go.set()
        assert isinstance(endpoint.tasks, Background)
        patient = replace(endpoint, tasks=replace(endpoint.tasks, patience=30.0))
        _, told = process.run(plane.ask(patient, "tasks/get", taskId=task))
        process.run(lives.aclose())
    assert (told["status"], told["result"]["isError"]) == ("completed", False)


async def test_an_update_is_heard_and_changes_nothing(plane: Plane) -> None:
    endpoint = plane.started()
    task = await plane.begin(endpoint)
    status, heard = await plane.ask(endpoint, "tasks/update", taskId=task)
    assert (status, heard["resultType"], "taskId" in heard) == (200, "complete", False)
    plane.go.set()
    assert (await plane.ended(endpoint, task))["status"] == "completed"


async def test_a_cancelled_write_that_is_under_way_is_let_finish_and_released_again(plane: Plane) -> None:
    endpoint = plane.started()
    task = await plane.begin(endpoint)
    await plane.arrived.wait()
    status, heard = await plane.ask(endpoint, "tasks/cancel", taskId=task)
    assert (status, heard["resultType"], "taskId" in heard) == (200, "complete", False)
    plane.go.set()
    told = await plane.ended(endpoint, task)
    made = told["_meta"]["tollgate/receipt"]["resources"]
    assert (told["status"], told["statusMessage"]) == ("cancelled", "What was made has been released again.")
    assert [arguments["resource"] for arguments in plane.released] == made
    assert await plane.kinds("call.done") == 2  # the write, and its release
    await plane.ask(endpoint, "tasks/cancel", taskId=task)
    assert await plane.kinds("task.unwanted") == 1


async def test_what_a_cancelled_write_made_and_nobody_could_release_is_named_with_its_receipt(plane: Plane) -> None:
    endpoint = plane.started()
    task = await plane.begin(endpoint)
    await plane.arrived.wait()
    await plane.ask(endpoint, "tasks/cancel", taskId=task)
    plane.keeps = True
    plane.go.set()
    told = await plane.ended(endpoint, task)
    resource = told["_meta"]["tollgate/receipt"]["resources"][0]
    assert told["status"] == "cancelled"
    assert f"{resource['kind']} {resource['id']} is kept" in told["statusMessage"]


async def test_a_write_that_is_cancelled_before_it_was_sent_does_nothing_and_gives_its_money_back(plane: Plane) -> None:
    plane.priced.clear()
    endpoint = plane.started()
    task = await plane.begin(endpoint)
    await plane.ask(endpoint, "tasks/cancel", taskId=task)
    plane.priced.set()
    told = await plane.ended(endpoint, task)
    assert (told["status"], told["statusMessage"]) == ("cancelled", "Nothing was done.")
    assert plane.world.handler.calls == []
    held = await plane.control.store.spend("acme", "default", plane.world.clock.now())
    assert held.tenant_month_cents == 0


async def test_after_a_restart_a_cancelled_task_is_looked_for_and_what_it_made_is_released(plane: Plane) -> None:
    before = plane.started()
    task = await plane.begin(before)
    await plane.ask(before, "tasks/cancel", taskId=task)
    assert isinstance(before.tasks, Background)
    for ending, _ in list(before.tasks._running.values()):
        ending.cancel()
    after = plane.started()
    await plane.ask(after, "tasks/get", taskId=task)
    plane.go.set()
    told = await plane.ended(after, task)
    assert told["status"] == "cancelled"
    assert [arguments["resource"] for arguments in plane.released] == told["_meta"]["tollgate/receipt"]["resources"]


async def test_work_that_outlasts_every_connection_is_asked_after_with_the_same_key(plane: Plane) -> None:
    plane.go.set()
    plane.lost = 7
    endpoint = plane.started()
    task = await plane.begin(endpoint)
    told = await plane.ended(endpoint, task)
    assert (told["status"], told["result"]["isError"], plane.lost) == ("completed", False, 0)
    receipt = told["result"]["_meta"]["tollgate/receipt"]
    assert {key for _, key in plane.world.handler.calls if key} == {receipt["key"]}


async def test_a_task_goes_on_when_the_time_of_the_request_that_began_it_is_over(plane: Plane) -> None:
    plane.lost = 3
    endpoint = plane.started()
    with deadline.kept(NOW + timedelta(seconds=1), NOW):
        task = await plane.begin(endpoint)
    await plane.arrived.wait()
    plane.world.clock.forward(seconds=2)
    plane.go.set()
    told = await plane.ended(endpoint, task)
    assert (told["status"], told["result"]["isError"]) == ("completed", False)
    assert len({key for _, key in plane.world.handler.calls if key}) == 1


async def test_what_a_cancelled_task_made_is_released_also_after_that_time(plane: Plane) -> None:
    endpoint = plane.started()
    with deadline.kept(NOW + timedelta(seconds=1), NOW):
        task = await plane.begin(endpoint)
    await plane.arrived.wait()
    await plane.ask(endpoint, "tasks/cancel", taskId=task)
    plane.lost = 2
    plane.world.clock.forward(seconds=2)
    plane.go.set()
    assert (await plane.ended(endpoint, task))["statusMessage"] == "What was made has been released again."


@pytest.mark.parametrize("fault", [CloudDown("No connection."), RateLimited("Slow down.", retry_after=1.0)])
async def test_an_error_that_does_not_say_what_became_of_the_effect_ends_no_task(
    plane: Plane, fault: TollgateError
) -> None:
    plane.go.set()
    plane.lost, plane.faults = 2, [fault]
    endpoint = plane.started()
    task = await plane.begin(endpoint)
    told = await plane.ended(endpoint, task)
    assert (told["status"], told["result"]["isError"], plane.faults) == ("completed", False, [])


async def test_a_process_that_may_not_ask_now_does_not_end_what_another_is_at_work_on(plane: Plane) -> None:
    first = plane.started()
    task = await plane.begin(first)
    await plane.arrived.wait()
    one = Limits(risks={risk: Limit(per_second=0.01, burst=1) for risk in ("read", "write", "destructive")})
    other = plane.started(rates=Rates(one, plane.world.clock), pause=30.0)
    assert isinstance(other.tasks, Background)
    assert isinstance(other.tasks.service, Front)
    other.tasks.service.rates.take("acme", create_storage_bucket.TOOL)
    for _ in range(3):
        _, told = await plane.ask(other, "tasks/get", taskId=task)
        assert told["status"] == "working"
        await asyncio.sleep(0.01)
    plane.go.set()
    assert (await plane.ended(first, task))["result"]["isError"] is False


async def test_who_is_denied_when_the_task_is_asked_for_again_is_told_so_once_and_that_it_may_have_been_done(
    plane: Plane,
) -> None:
    task = await plane.begin(plane.started())
    await plane.arrived.wait()
    assert isinstance(plane.control.gate, ToldGate)
    plane.control.gate.says = always("deny")
    told = await plane.ended(plane.started(), task)
    meta = told["result"]["_meta"]
    assert (meta["tollgate/error"]["code"], meta["tollgate/decision"]["verdict"]) == ("OUTCOME_UNKNOWN", "deny")
    assert await plane.kinds("call.decided") == 2


async def test_the_first_end_of_a_task_is_its_end(plane: Plane) -> None:
    endpoint = plane.started()
    task = await plane.begin(endpoint)
    plane.go.set()
    told = await plane.ended(endpoint, task)
    later = {"error": {"code": -32603, "message": "Internal error"}}
    await plane.control.store.append(Event(run=f"task-{task}", tenant="acme", kind="task.ended", body=later, at=NOW))
    assert (await plane.ended(endpoint, task)) == told


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
