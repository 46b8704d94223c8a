"""How long a decision takes: in process, and asked of an OPA server on this machine where `TOLLGATE_OPA` names one."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from time import perf_counter

from opa_client.opa import OpaClient

from benchmarks.measure import Row, Target, quiet_heap, spread
from benchmarks.samples import PRINCIPAL, arguments, sampled
from functions.registry import cloud_names, contract
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.prices.catalog import load_cloud
from policies.engine.bundle import PACKAGED
from policies.engine.embedded import Embedded
from policies.engine.question import Call, question
from workflow.model.base import Json

OPA = "TOLLGATE_OPA"
"""The setting that holds the path of an `opa` binary."""
DECISIONS = 2_000
TARGET = Target(1 / 3, "at_most")


def questions() -> list[Json]:
    """What functions ask: every sample call on every cloud."""
    found = []
    for cloud in cloud_names():
        for tool in sampled():
            exact = arguments(cloud, tool)
            machine = load_cloud(cloud).machine(exact["machine"]) if exact.get("machine") else None
            call = Call(tool=tool, risk=contract(tool).risk, cloud=cloud, arguments=exact)
            found.append(question(PRINCIPAL, call, machine=machine, now=SystemClock().now()))
    return found


async def embedded(asked: list[Json]) -> list[float]:
    """Milliseconds of each decision, digest and answer's check included."""
    gate, times = Embedded(), []
    for number in range(DECISIONS):
        begun = perf_counter()
        decision = await gate.decide(asked[number % len(asked)])
        times.append((perf_counter() - begun) * 1e3)
        if not decision.allowed:
            raise RuntimeError(f"a sample is not allowed: {decision.violations}")
    return times


@contextmanager
def server(binary: str) -> Iterator[int]:
    """OPA over the packaged policies on a free port."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
    order = [binary, "run", "--server", f"--addr=127.0.0.1:{port}", "--log-level=error", "--ignore=*_test.rego"]
    process = subprocess.Popen([*order, *_bundle()], cwd=PACKAGED)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def _bundle() -> list[str]:
    # OPA puts a data file at `data`'s path below the folder it is given, and ours hold `data.<folder's name>`.
    policies = [path.relative_to(PACKAGED).as_posix() for path in sorted(PACKAGED.glob("**/*.rego"))]
    data = [f"{path.parent.name}:{path}" for path in sorted(PACKAGED.glob("data/*/data.json"))]
    return [*(name for name in policies if not name.endswith("_test.rego")), *data]


def asked_of_opa(binary: str, asked: list[Json]) -> list[float]:
    """Milliseconds of each decision by opa-python-client over loopback."""
    with server(binary) as port:
        client = OpaClient(host="127.0.0.1", port=port)
        client.wait_for_ready(timeout=15)
        times = []
        for number in range(DECISIONS):
            begun = perf_counter()
            client.query_rule(input_data=asked[number % len(asked)], package_path="gate", rule_name="decision")
            times.append((perf_counter() - begun) * 1e3)
        client.close_connection()
    return times


def gates() -> list[Row]:
    """p50 and p99."""
    asked, binary = questions(), os.environ.get(OPA, "")
    with quiet_heap():
        mine = spread(asyncio.run(embedded(asked)))
    theirs = spread(asked_of_opa(binary, asked)) if binary else {}
    note = "" if binary else f"set {OPA} to an opa binary"
    return [
        Row("gate", f"a decision, {part}", "ms", mine[part], "OPA on loopback", theirs.get(part), bound, note)
        for part, bound in (("p50", TARGET), ("p99", None))
    ]
