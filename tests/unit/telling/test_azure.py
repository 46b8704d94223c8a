"""What a function app on Azure gives to its worker's log."""

import json
import subprocess
import sys

from tests.architecture.house import ROOT

TRACE = "a" * 32
WORKER = f"""
import asyncio, json, logging, sys
logging.basicConfig(level=logging.WARNING, stream=sys.stdout)
from functions.azure.telling import observe
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.observed import Observed
from tests.fakes.world import RESOURCE, World, call
observe()
world = World()
message = json.loads(call("get_health", {{"resource": RESOURCE, "tenant": "acme"}}))
message["params"]["_meta"] |= {{"traceparent": "00-{TRACE}-{"b" * 16}-01", "tollgate/run": "r1"}}
health = Endpoint(Observed(world.health.service))
asyncio.run(health.rpc(world.headers("get_health"), json.dumps(message).encode()))
"""
"""A process whose log has a handler before the app comes, as a worker's has."""


def test_the_workers_log_gets_each_call_as_json_with_the_ids_of_its_trace_and_run() -> None:
    done = subprocess.run([sys.executable, "-c", WORKER], cwd=ROOT, capture_output=True, text=True, check=True)
    (line,) = (json.loads(line) for line in done.stdout.splitlines())
    del line["time"], line["milliseconds"]
    assert line == {
        "level": "INFO",
        "logger": "mcp_handlers.kernel.observed",
        "message": "call",
        "trace": TRACE,
        "run": "r1",
        "tool": "get_health",
        "server": "tollgate-aws-get_health",
        "code": "OK",
    }
