"""How long a decision takes: in process, and asked of an OPA server on this machine, where there is an OPA."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter

from opa_client.opa import OpaClient

from benchmarks.measure import Row, Target, quiet_heap, spread
from benchmarks.samples import PRINCIPAL, arguments, sampled
from functions.registry import cloud_names, contract
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.prices.catalog import load_cloud
from policies.engine.archive import TEST, pack, texts_of
from policies.engine.bundle import load_bundle
from policies.engine.embedded import Embedded
from policies.engine.opa_binary import find_opa
from policies.engine.opa_connection import Address
from policies.engine.opa_server import OpaServer
from policies.engine.question import Call, question
from workflow.model.base import Json
from workflow.model.ports import Gate

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


async def decided(gate: Gate, asked: list[Json]) -> list[float]:
    """Milliseconds of each decision, digest and answer's check included."""
    times = []
    for number in range(DECISIONS):
        begun = perf_counter()
        decision = await gate.decide(asked[number % len(asked)])
        times.append((perf_counter() - begun) * 1e3)
        if not decision.allowed:
            raise RuntimeError(f"a sample is not allowed: {decision.violations}")
    return times


@contextmanager
def server(binary: str) -> Iterator[int]:
    """OPA over the packaged policies, as a bundle file, on a free port."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.tar.gz"
        file.write_bytes(pack({name: text for name, text in texts_of().items() if not name.endswith(TEST)}))
        order = [binary, "run", "--server", f"--addr=127.0.0.1:{port}", "--log-level=error", "--skip-verify"]
        process = subprocess.Popen([*order, "--skip-version-check", "--bundle", str(file)])
        try:
            yield port
        finally:
            process.terminate()
            process.wait()


def asked_of_opa(binary: str, asked: list[Json]) -> tuple[list[float], list[float]]:
    """Milliseconds of each decision over loopback: by opa-python-client alone, and by `OpaServer`, which uses it and
    also asks by which revision it was judged, takes the digest and checks the answer."""
    with server(binary) as port:
        client = OpaClient(host="127.0.0.1", port=port)
        client.wait_for_ready(timeout=15)
        times = []
        for number in range(DECISIONS):
            begun = perf_counter()
            client.query_rule(input_data=asked[number % len(asked)], package_path="gate", rule_name="decision")
            times.append((perf_counter() - begun) * 1e3)
        client.close_connection()
        return times, asyncio.run(by_server(port, asked))


async def by_server(port: int, asked: list[Json]) -> list[float]:
    """Milliseconds of each decision of the Gate port over OPA."""
    revision = load_bundle().revision
    gate = OpaServer(Address("127.0.0.1", port, tls=False), lambda: revision)
    times = await decided(gate, asked)
    await gate.close()
    return times


def gates() -> list[Row]:
    """p50 and p99."""
    asked, binary = questions(), find_opa()
    with quiet_heap():
        mine = spread(asyncio.run(decided(Embedded(), asked)))
    client, port = map(spread, asked_of_opa(binary, asked)) if binary else ({}, {})
    note = "" if binary else "run `make opa`, or set TOLLGATE_OPA to an opa binary"
    return [
        *(
            Row("gate", f"a decision, {part}", "ms", mine[part], "OPA on loopback", client.get(part), bound, note)
            for part, bound in (("p50", TARGET), ("p99", None))
        ),
        *(
            Row("gate", f"a decision of OpaServer, {part}", "ms", port.get(part), "the client alone", client.get(part))
            for part in ("p50", "p99")
        ),
    ]
