"""REST reads at a steady rate: the control plane in a process of its own, over a store with some history."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from benchmarks.measure import ROOT, Row, Target, quantile
from benchmarks.samples import PRINCIPAL
from functions.serve.settings import Settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.control.signing import local_signer
from workflow.intake.intake import Intake
from workflow.model.ports import Event
from workflow.model.wake import Silent
from workflow.store.store import open_store

A_SECOND, SECONDS = 50, 10
RUNS, ENTRIES = 200, 20
"""In the store: runs, and ledger entries of each."""
BUDGET_MS = 200.0
TEXT = "Run a batch job on 4 vCPUs for 2 hours, EU only"
PATHS = (
    "/runs", "/runs?state=running&limit=20", "/runs/{run}", "/runs/{run}/events", "/approvals?state=all", "/costs",
    "/ledger", "/policies", "/policies/denials", "/tools",
)  # fmt: skip


def rest() -> list[Row]:
    """p50 and p95 of reads in milliseconds, from when each was due to be sent: waiting counts."""
    return asyncio.run(_measured())


async def _measured() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        told = Settings(Path(folder), _free_ports())
        names = await _filled(told)
        async with _serving(told) as server, _client(told) as http:
            for path in PATHS:
                (await http.get(path.replace("{run}", names[0]))).raise_for_status()
            before = _cpu(server)
            times = await _loaded(http, names)
            cpu = (_cpu(server) - before) / len(times) * 1000
    note = f"{A_SECOND} a second for {SECONDS} s, {RUNS} runs, {RUNS * ENTRIES:,} entries"
    p95 = quantile(times, 0.95) * 1000
    return [
        Row("rest", "a read, p50", "ms", quantile(times, 0.5) * 1000, note=note),
        Row("rest", "CPU of a read, at the server", "ms", cpu, note=note),
        Row("rest", "a read, p95", "ms", p95, "the budget", BUDGET_MS, Target(1, "at_most"), note),
    ]


async def _filled(told: Settings) -> list[str]:
    clock, names = SystemClock(), []
    async with open_store(told.database) as store:
        intake = Intake(store, Silent(), clock)
        for _ in range(RUNS):
            run = (await intake.submit(PRINCIPAL, TEXT, channel="api")).run
            names.append(run.id)
            for number in range(ENTRIES - 1):
                body = {"number": number, "note": "x" * 400}
                await store.append(Event(run=run.id, tenant=run.tenant, kind="step.done", body=body, at=clock.now()))
    return names


async def _loaded(http: httpx.AsyncClient, names: Sequence[str]) -> list[float]:
    dice, begun = random.Random(1), time.perf_counter()

    async def one(number: int) -> float:
        due = begun + number / A_SECOND
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        path = dice.choice(PATHS).replace("{run}", dice.choice(names))
        (await http.get(path)).raise_for_status()
        return time.perf_counter() - due

    return list(await asyncio.gather(*(one(number) for number in range(A_SECOND * SECONDS))))


@asynccontextmanager
async def _serving(told: Settings) -> AsyncIterator[int]:
    environment = {**os.environ, "TOLLGATE_HOME": str(told.home), "TOLLGATE_PORT": str(told.port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "functions.serve", cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(120), httpx.AsyncClient() as http:
            # Another process comes up.
            while not await _answers(http, f"{told.control_url}/healthz"):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


def _cpu(process: int) -> float:
    """Seconds of CPU that it has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).status_code == 200
    except httpx.HTTPError:
        return False


def _client(told: Settings) -> httpx.AsyncClient:
    token = local_signer(told.keys, SystemClock()).token(PRINCIPAL, "control")
    headers = {"authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=f"{told.control_url}/api/v1", headers=headers, timeout=30)


def _free_ports() -> int:
    """The first of four free ports in a row, where no test looks for its own."""
    for base in range(17_000, 20_000, 10):
        probes = [socket.socket() for _ in range(4)]
        try:
            if all(probe.connect_ex(("127.0.0.1", base + offset)) for offset, probe in enumerate(probes)):
                return base
        finally:
            for probe in probes:
                probe.close()
    raise RuntimeError("no free ports")


if __name__ == "__main__":
    for row in rest():
        print(f"{row.what}: {row.ours:.1f} ms {row.verdict} ({row.note})")
