"""One of several processes that work on what is due in one database: `python -m benchmarks.worker KIND URL`.

It says `ready` when it stands before the first run, waits for a line, and says `done` and how many runs it took. The
line names its runs, for an engine that has no queue. DBOS's works until there is another line, and does not count.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from benchmarks.runs import TEXT, at_work, plane, workbench
from benchmarks.samples import PRINCIPAL
from benchmarks.steps import STEPS
from mcp_handlers.kernel.clock import SystemClock
from workflow.deploy import conduct
from workflow.deploy.graph import build
from workflow.deploy.precedents import Precedents
from workflow.model.base import Json
from workflow.model.lease import Lease
from workflow.model.run import Run
from workflow.model.workload import Request
from workflow.orchestrate.tick import AT_ONCE, tick
from workflow.store.checkpoints import open_checkpoints
from workflow.store.store import open_store


def first(run: str) -> Json:
    """What a peer's run begins with."""
    return {"run": run, "text": TEXT, "principal": PRINCIPAL.model_dump(mode="json")}


async def warm() -> None:
    """The words' parser, the price files and the gate are loaded, for everybody alike."""
    state = first("warm")
    for step in STEPS.values():
        state |= await step(state)


async def told() -> str:
    """The line, when it comes."""
    print("ready", flush=True)
    return await asyncio.to_thread(sys.stdin.readline)


async def rehearsed() -> Precedents:
    """What a process remembers that has gone on with a run before: what the gate says of places and machines."""
    precedents = Precedents()
    with tempfile.TemporaryDirectory() as folder:
        async with workbench(Path(folder), precedents) as (context, graph):
            request = Request(id="warm", text=TEXT, principal=PRINCIPAL, submitted_at=context.clock.now())
            await conduct.start(context, graph, request)
    return precedents


async def ours(url: str) -> int:
    """An orchestrator's ticks until nothing is due."""
    precedents = await rehearsed()
    async with open_store(url) as store, open_checkpoints(url) as saver:
        control, graph = plane(store), build(saver)

        async def advance(lease: Lease) -> Run:
            run = await store.get_run(lease.run)
            assert run is not None
            context = at_work(control, run.request.principal, precedents)
            return await conduct.carry_on(context, graph, lease)

        await told()
        ticked = await tick(store, SystemClock(), advance)
    if ticked.states.get("succeeded", 0) != ticked.taken:
        raise RuntimeError(f"not all runs succeeded: {ticked}")
    return ticked.taken


class State(TypedDict, total=False):
    """What the five steps add up to; each of it is checkpointed when it is new."""

    run: str
    text: str
    principal: Json
    brief: Json
    choice: Json
    decisions: list[Json]
    made: list[Json]
    health: list[Json]


def bare(saver: Any) -> Any:
    """The five steps in a row."""
    builder: Any = StateGraph(State)
    for name, step in STEPS.items():
        builder.add_node(name, step, input_schema=State)
    for before, after in zip((START, *STEPS), (*STEPS, END), strict=True):
        builder.add_edge(before, after)
    return builder.compile(checkpointer=saver)


async def langgraph(url: str) -> int:
    """The graph over the names that it is told, as many at once as our orchestrator takes."""
    connecting = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    async with AsyncConnectionPool[Any](url, kwargs=connecting, min_size=AT_ONCE, max_size=AT_ONCE) as pool:
        graph = bare(AsyncPostgresSaver(pool))
        names: Sequence[str] = json.loads(await told())
        left = iter(names)

        async def some() -> None:
            for name in left:
                await graph.ainvoke(first(name), {"configurable": {"thread_id": name}}, durability="sync")

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return len(names)


async def dbos(url: str) -> int:
    """DBOS takes from its queue until it is told that nothing is left."""
    from benchmarks.queue_dbos import working

    await told()
    with working(url):
        await asyncio.to_thread(sys.stdin.readline)
    return 0


WORK = {"ours": ours, "langgraph": langgraph, "dbos": dbos}


async def work(kind: str, url: str) -> int:
    """Warm, then all that there is."""
    await warm()
    return await WORK[kind](url)


if __name__ == "__main__":
    kind, url = sys.argv[1:]
    print("done", asyncio.run(work(kind, url)), flush=True)
