"""Starting a run, going on with it, and hearing what became of it."""

from __future__ import annotations

from typing import Any

from langgraph.types import Command

from workflow.deploy.context import Context
from workflow.deploy.graph import STEPS_PER_ATTEMPT, Graph
from workflow.deploy.state import State, dump
from workflow.model.decision import Approval
from workflow.model.errors import NotFound
from workflow.model.run import Run
from workflow.model.workload import Request


async def start(context: Context, graph: Graph, request: Request) -> Run:
    """Take a request from its words to its end, or to where it must wait."""
    now = context.clock.now()
    run = Run(
        id=request.id,
        tenant=request.principal.tenant,
        state="running",
        request=request,
        created_at=now,
        updated_at=now,
    )
    await context.store.save_run(run)
    await context.journal.write(request, "requested", {"request": dump(request)})
    first: State = {"request": dump(request), "started_at": now.isoformat(), "attempt": 0, "exclusions": []}
    return await _advance(context, graph, run, first)


async def resume(context: Context, graph: Graph, run_id: str, approval: Approval | None = None) -> Run:
    """Go on from the last checkpoint, with a person's word if that is what the run waits for."""
    run = await context.store.get_run(run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id}.", "List them with `tollgate runs list`.")
    if run.record is not None:
        return run
    return await _advance(context, graph, run, Command(resume=dump(approval)) if approval else None)


async def _advance(context: Context, graph: Graph, run: Run, given: Any) -> Run:
    config: Any = {
        "configurable": {"thread_id": run.id},
        "recursion_limit": STEPS_PER_ATTEMPT * context.max_attempts,
    }
    await graph.ainvoke(given, config, durability="sync")
    ended = await context.store.get_run(run.id)
    if ended is None or ended.record is None:
        waiting = run.model_copy(update={"state": "waiting", "updated_at": context.clock.now()})
        await context.store.save_run(waiting)
        return waiting
    return ended
