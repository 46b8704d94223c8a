"""What is told of a call, and what never is."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from mcp_handlers.kernel import log, telemetry
from mcp_handlers.kernel.breaker import THRESHOLD, Breakers
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.forward import Forward, Pass
from mcp_handlers.kernel.observed import Observed
from mcp_handlers.kernel.resilience import resilience
from mcp_handlers.tools import create_storage_bucket
from tests.architecture.house import ROOT
from tests.fakes.gate import always
from tests.fakes.telemetry import Remembered
from tests.fakes.world import BUCKET, TAGS, World, call
from workflow.model.base import Json
from workflow.model.errors import NoCapacity, RegionDown, Throttled

SECRET = "hunter2"
PARENT = f"00-{'a' * 32}-{'b' * 16}-01"
TOOL = "create_storage_bucket"
SERVER = "tollgate-aws-create_storage_bucket"


@pytest.fixture
def told() -> Iterator[Remembered]:
    """Installed for one test."""
    backend = Remembered()
    telemetry.install(backend)
    yield backend
    telemetry.install(None)


async def ask(world: World, arguments: Json = BUCKET, **meta: Any) -> Json:
    """An observed write."""
    message = json.loads(call(TOOL, arguments))
    message["params"]["_meta"] |= {name.replace("__", "/"): value for name, value in meta.items()}
    endpoint = Endpoint(Observed(world.function(create_storage_bucket.TOOL)))
    response = await endpoint.rpc(world.headers(TOOL, arguments, grant=world.grant()), json.dumps(message).encode())
    found: Json = json.loads(response.body)
    return found


async def test_there_is_a_span_for_the_call_for_each_stage_and_for_the_handler_on_its_thread(told: Remembered) -> None:
    await ask(World(), traceparent=PARENT, tracestate="a=1", baggage=SECRET)
    root = f"tools/call {TOOL}"
    assert told.spans == [root, *(f"{root} > {stage}" for stage in ("identity", "input", "grant", "gate", "handler"))]
    assert told.parents == [{"traceparent": PARENT, "tracestate": "a=1"}]


async def test_a_call_is_measured_by_how_it_ended(told: Remembered) -> None:
    world = World()
    await ask(world)
    world.gate.says = always("deny")
    await ask(world)
    world.gate.says = always("allow")
    world.handler.raises = NoCapacity("none")
    await ask(world)
    world.handler.raises = RuntimeError("x")
    await ask(world)
    durations = [about for name, _, about in told.measures if name == "call.duration"]
    assert durations == [{"server": SERVER, "tool": TOOL, "code": c} for c in ("OK", "DENY", "NO_CAPACITY", "INTERNAL")]
    assert [about["code"] for name, _, about in told.measures if name == "call.errors"] == [
        "DENY", "NO_CAPACITY", "INTERNAL"
    ]  # fmt: skip


async def test_repeats_and_circuits_are_measured(told: Remembered) -> None:
    world = World()
    found = resilience("aws", TOOL, world.bulkhead, world.clock)
    found.retry.tell(Throttled("x"), 1)
    for _ in range(THRESHOLD):
        found.breakers.settle("eu-west-1", RegionDown("x"), world.clock.now())
    assert isinstance(found.breakers, Breakers)
    assert told.measures == [
        ("retries", 1, {"cloud": "aws", "tool": TOOL, "code": "THROTTLED"}),
        ("breaker.state", 2, {"cloud": "aws", "tool": TOOL, "region": "eu-west-1"}),
    ]


@pytest.mark.parametrize("installed", [True, False])
async def test_the_trace_goes_on_to_the_function_with_or_without_an_exporter(installed: bool) -> None:
    sent: list[Json] = []

    async def post(url: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        sent.append(json.loads(body)["params"]["_meta"])
        return 200, b'{"result": {"content": [{"text": ""}], "isError": false}}'

    telemetry.install(Remembered() if installed else None)
    with telemetry.call("tollgate", TOOL, {"traceparent": PARENT}):
        await Forward("aws", "", post).call(TOOL, {}, Pass(token="t"), writes=True)
    telemetry.install(None)
    assert sent[0]["traceparent"] == (f"00-{'c' * 32}-{2:016x}-01" if installed else PARENT)


@pytest.mark.parametrize("parent", ["", SECRET, f"01-{'a' * 32}-{'b' * 16}-01", PARENT + "x", 7, None, [PARENT]])
async def test_what_is_no_trace_context_is_not_carried_on(parent: Any) -> None:
    with telemetry.call("tollgate", TOOL, {"traceparent": parent, "tracestate": "a=1"}):
        assert telemetry.carried() == {}


async def test_no_secret_and_no_argument_is_told_in_a_span_a_measure_or_a_log(
    told: Remembered, caplog: pytest.LogCaptureFixture
) -> None:
    """The secret stands wherever a caller or a cloud could put one."""
    caplog.set_level(logging.DEBUG)
    world = World()
    fault = RuntimeError(SECRET)
    fault.__cause__ = ValueError(SECRET)
    tags = TAGS | {"owner": f"{SECRET}@example.com", "project": SECRET}
    meta = {"tollgate__run": f"{SECRET} run", "traceparent": SECRET, "tracestate": SECRET, "baggage": SECRET}
    for ending in (None, fault, NoCapacity(SECRET), Throttled(SECRET), RegionDown(SECRET)):
        world.handler.raises = ending
        for arguments in (BUCKET, BUCKET | {"name": SECRET, "tags": tags}, {"region": SECRET, SECRET: SECRET}):
            await ask(world, arguments, **meta)
    assert len(told.spans) > 30
    assert len(caplog.records) >= 15
    written = [log.Lines().format(record) for record in caplog.records]
    token, grant = world.headers(TOOL)["authorization"].split()[1], world.signer.grant(world.grant())
    everything = repr((told, written))
    for never in (SECRET, token, grant, "ada@example.com", "eu-west-1"):
        assert never not in everything


async def test_a_log_line_is_json_with_the_ids_of_its_call(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[Json] = []
    caplog.set_level(logging.INFO)
    # Written while the call is under way. The handler is the whole session's: it gets its own way back.
    monkeypatch.setattr(caplog.handler, "emit", lambda record: lines.append(json.loads(log.Lines().format(record))))
    await ask(World(), traceparent=PARENT)
    (line,) = lines
    assert line.pop("milliseconds") >= 0
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "mcp_handlers.kernel.observed",
        "message": "call",
        "trace": "a" * 32,
        "run": "r1",
        "tool": TOOL,
        "server": SERVER,
        "code": "OK",
    }


def test_an_exception_in_a_log_is_told_by_type_and_place() -> None:
    try:
        raise RuntimeError(SECRET)
    except RuntimeError:
        record = logging.getLogger("x").makeRecord("x", logging.ERROR, "f", 1, "broke", (), sys.exc_info())
    line = log.Lines().format(record)
    assert json.loads(line)["fault"].startswith("RuntimeError at test_telemetry.py:")
    assert SECRET not in line


def test_a_function_starts_without_opentelemetry_where_none_is_configured() -> None:
    code = (
        "import sys, functions.binding, mcp_handlers.kernel.otel as otel\n"
        "otel.start({'OTEL_EXPORTER_OTLP_ENDPOINT': ''}, 'x')\n"
        "print([n for n in sys.modules if n.startswith(('opentelemetry.', 'tenacity', 'httpx', 'requests'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
