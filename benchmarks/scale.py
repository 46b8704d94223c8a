"""Many runs on one PostgreSQL: what those cost that wait, how fast those go that are due, and what each leaves behind.

Beside us the same five steps on bare LangGraph with its own PostgreSQL saver, and on DBOS with a queue, each in a
database of its own on the same server. They parse, price, judge, perform and check as our stages do, and keep each
step's result; they hold no budget, sign no Grant and keep no ledger. LangGraph has no queue, and is told who works on
what. Clouds answer from memory.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from langgraph.checkpoint.postgres import PostgresSaver

from benchmarks import crowd
from benchmarks.databases import Server, server, settle, size
from benchmarks.measure import ROOT, Row, Target, quiet_heap, spread
from benchmarks.worker import first
from mcp_handlers.kernel.clock import SystemClock
from workflow.model.lease import Lease
from workflow.model.run import Run
from workflow.orchestrate.tick import tick
from workflow.store.checkpoints import open_checkpoints
from workflow.store.store import open_store

WORKERS = (1, 2, 4)
TICKS = 300
PATIENCE = 3600.0
FLAT = Target(1.5, "at_most")


@dataclass(frozen=True)
class Went:
    """What became of runs that were due: how many went through in a second, and the bytes that each left."""

    speed: float
    bytes: float


async def _idle(url: str) -> list[float]:
    async def nobody(lease: Lease) -> Run:
        raise RuntimeError(f"{lease.run} is due")

    times, clock = [], SystemClock()
    async with open_store(url) as store:
        for number in range(TICKS + 20):
            begun = perf_counter()
            await tick(store, clock, nobody)
            if number >= 20:
                times.append((perf_counter() - begun) * 1e3)
    return times


def idle(url: str) -> list[float]:
    """Milliseconds of ticks with nothing due."""
    settle(url)
    with quiet_heap():
        return asyncio.run(_idle(url))


@contextmanager
def workers(kind: str, url: str, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that stand before their first run."""
    order = [sys.executable, "-m", "benchmarks.worker", kind, url]
    started = [
        subprocess.Popen(order, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    try:
        for one in started:
            _hear(one, "ready")
        yield started
    finally:
        for one in started:
            if one.poll() is None:
                one.kill()
            one.communicate()


def _hear(one: subprocess.Popen[str], word: str) -> None:
    assert one.stdout is not None
    said = one.stdout.readline()
    if not said.startswith(word):
        raise RuntimeError(f"a worker said {said!r}, not {word}")


def _say(one: subprocess.Popen[str], line: str) -> None:
    assert one.stdin is not None
    one.stdin.write(f"{line}\n")
    one.stdin.flush()


def _worked(kind: str, url: str, names: Sequence[str], count: int) -> float:
    """Seconds until all of the workers have nothing left."""
    with workers(kind, url, count) as started:
        begun = perf_counter()
        for number, one in enumerate(started):
            _say(one, json.dumps(names[number::count]))
        for one in started:
            _hear(one, "done")
        return perf_counter() - begun


def ours(url: str, due: int, count: int) -> Went:
    """Orchestrators, on the runs that a door laid down."""
    kind = f"due{count}"
    asyncio.run(crowd.submit(url, kind, due))
    before = size(url)
    took = _worked("ours", url, [], count)
    return Went(due / took, (size(url) - before) / due)


def langgraph(url: str, due: int, count: int) -> Went:
    """The bare graph."""
    with PostgresSaver.from_conn_string(url) as saver:
        saver.setup()
    before = size(url)
    took = _worked("langgraph", url, [f"w{count}-{number}" for number in range(due)], count)
    return Went(due / took, (size(url) - before) / due)


def dbos(url: str, due: int, count: int) -> Went:
    """DBOS, from the first beginning to the last end by its own notes, so that its start does not count."""
    from benchmarks import queue_dbos

    queue_dbos.prepare(url)
    before = size(url)
    queue_dbos.enqueue(url, [first(f"w{count}-{number}") for number in range(due)])
    with workers("dbos", url, count) as started:
        for one in started:
            _say(one, "go")
        took = queue_dbos.seconds(url, due, PATIENCE)
        for one in started:
            _say(one, "stop")
            _hear(one, "done")
    return Went(due / took, (size(url) - before) / due)


Contender = Callable[[str, int, int], Went]
"""Works off so many runs in the database at a URL with so many processes."""
PEERS: dict[str, Contender] = {"LangGraph": langgraph, "DBOS": dbos}


def parked(url: str, count: int) -> list[Row]:
    """The least time of a tick with nothing due, with more and more runs that wait."""
    asyncio.run(_migrated(url))
    rows, none, before = [], 0.0, 0
    for wait in sorted({0, count // 10, count}):
        asyncio.run(crowd.park(url, before, wait))
        before, times = wait, idle(url)
        least, note = round(min(times), 3), f"p50 {spread(times)['p50']}"
        none = none or least
        against = ("none parked", none, FLAT) if wait else ("", None, None)
        rows.append(Row("scale", f"tick, nothing due, {wait:,} parked", "ms", least, *against, note))
    return rows


async def _migrated(url: str) -> None:
    async with open_store(url), open_checkpoints(url):
        pass


def scale(waiting: int, due: int) -> list[Row]:
    """Everything, on one server."""
    with server() as found, found.database("ours") as url:
        rows = parked(url, waiting)
        mine = {count: ours(url, due, count) for count in WORKERS}
        for peer, run in PEERS.items():
            rows += _beside(found, peer, run, due, mine)
    return rows


def _beside(found: Server, peer: str, run: Contender, due: int, mine: dict[int, Went]) -> list[Row]:
    rows, theirs = [], {}
    for count in WORKERS:
        with found.database(f"{peer.lower()}{count}") as url:
            theirs[count] = run(url, due, count)
        speeds = round(mine[count].speed, 2), round(theirs[count].speed, 2)
        rows.append(Row("scale", f"{due:,} due, workers: {count}", "runs/s", speeds[0], peer, speeds[1]))
    return [*rows, Row("scale", "database growth per run", "bytes", _grown(mine), peer, _grown(theirs))]


def _grown(went: dict[int, Went]) -> int:
    return round(sum(each.bytes for each in went.values()) / len(went))
