"""How long a tool's function takes, cold and warm, beside the same handler on the official SDK's server. Not asserted:
times belong to the machine. That both answer the same is."""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.runtimes import resident
from infra.artefacts.__main__ import KEPT
from infra.artefacts.contents import Contents, tool_contents
from infra.artefacts.others import Site
from infra.artefacts.pack import based, pack
from infra.artefacts.reach import ROOT
from infra.artefacts.stage import staged
from mcp_handlers.kernel.clock import SystemClock
from tests.deployed.account import NUMBER, STAGE
from tests.deployed.stack import Stack
from tests.fakes.world import ADA, call
from workflow.control.signing import HeldSigner

TOOL = "get_cost_estimate"
WANTED = {"vcpus": 8, "memory_gib": 32, "jurisdictions": ["EU"], "limit": 3}
COLD, WARM = 5, 100
PEER = "official-sdk"


def peer(folder: Path) -> Path:
    """The artefact of the same handler on the official SDK's server."""
    site = Site(staged(KEPT))
    ours = Contents(
        "peer", ("functions.aws.web", "functions.web", *tool_contents(TOOL).roots[1:], "mcp_handlers.aws.client")
    )
    entry = {
        f"benchmarks/{name}.py": ROOT / "benchmarks" / f"{name}.py" for name in ("__init__", "peers", "official_lambda")
    }
    others = site.needed({*ours.reached().others, "mcp.server", "starlette.types", "httpx"})
    files = ours.ours() | tool_contents(TOOL).ours() | entry
    made = pack("peer", based(folder, site.folder, set(site.files(others, ("sts",)))), files, others)
    return made.path


def event(token: str) -> dict[str, Any]:
    """As API Gateway sends it."""
    headers = {
        "authorization": f"Bearer {token}", "content-type": "application/json", "host": "localhost:443",
        "accept": "application/json, text/event-stream", "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call", "mcp-name": TOOL,
    }  # fmt: skip
    http = {"requestId": "r-1", "http": {"method": "POST", "path": "/mcp"}}
    return {"headers": headers, "requestContext": http, "rawPath": "/mcp", "body": call(TOOL, WANTED).decode()}


def timed(stack: Stack, function: str, asked: dict[str, Any]) -> tuple[list[float], list[float], dict[str, Any]]:
    """Milliseconds of first calls in fresh processes and of calls in one that has been called, and the answer."""
    client, name = stack.account.sdk("lambda"), f"tollgate-{STAGE}-eu-west-1-{function}"
    environment = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    cold: list[float] = []
    for number in range(COLD):
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**environment, "COLD": str(number)}}
        )
        begun = time.perf_counter()
        answer = stack.invoke(function, asked)
        cold.append((time.perf_counter() - begun) * 1e3)
        assert answer.get("statusCode") == 200, answer
    warm = []
    for _ in range(WARM):
        begun = time.perf_counter()
        stack.invoke(function, asked)
        warm.append((time.perf_counter() - begun) * 1e3)
    stack.figures[f"{function}, memory"] = f"{_newest(stack.account.pid):.0f} MiB"
    return cold, warm, json.loads(answer["body"])["result"]["structuredContent"]


def _newest(emulator: int) -> float:
    """MiB that the process holds which the emulator started last."""
    lists = Path(f"/proc/{emulator}/task").glob("*/children")
    return resident(max(int(child) for each in lists for child in each.read_text().split()))


@pytest.mark.timeout(900)
def test_a_tool_and_the_same_handler_on_the_official_server_answer_the_same(stack: Stack, tmp_path: Path) -> None:
    stack.say("cold and warm calls, and the same handler on the official SDK's server")
    package = peer(tmp_path)
    stack.account.sdk("lambda").create_function(
        FunctionName=f"tollgate-{STAGE}-eu-west-1-{PEER}", Runtime="python3.11", Timeout=29, MemorySize=1024,
        Role=f"arn:aws:iam::{NUMBER}:role/tollgate-{STAGE}-eu-west-1-{TOOL}", Code={"ZipFile": package.read_bytes()},
        Handler="benchmarks.official_lambda.handler", Environment={"Variables": {"TOLLGATE_TOOL": TOOL}},
    )  # fmt: skip
    keyring = (stack.house.keys / "keyring.json").read_bytes()
    asked = event(HeldSigner(lambda: keyring, SystemClock()).token(ADA, "aws"))
    found = {function: timed(stack, function, asked) for function in (TOOL, PEER)}
    for function, (cold, warm, _) in found.items():
        for kind, times in (("cold", cold), ("warm", warm)):
            middle, last = statistics.median(times), sorted(times)[int(len(times) * 0.99) - 1]
            stack.figures[f"{function}, {kind}, p50 / p99"] = f"{middle:.1f} / {last:.1f} ms"
    stack.figures[f"artefact of {PEER}"] = f"{package.stat().st_size / 1e6:.1f} MB"
    assert found[TOOL][2]["offers"] == found[PEER][2]["offers"]
