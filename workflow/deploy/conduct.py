"""Starting a run, going on with it, and hearing what became of it."""

from __future__ import annotations

import secrets
from typing import Any

from langgraph.types import Command

from workflow.deploy.context import Context
from workflow.deploy.graph import STEPS_PER_ATTEMPT, Graph
from workflow.deploy.state import State, dump
from workflow.deploy.waiting import NobodyJudges
from workflow.model.errors import NotFound, TollgateError
from workflow.model.plan import Plan
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


async def resume(context: Context, graph: Graph, run_id: str) -> Run:
    """Go on from the last checkpoint. A run that waits for people goes on once they have answered or had their time."""
    run = await context.store.get_run(run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id}.", "List them with `tollgate runs list`.")
    if run.record is not None:
        return run
    snapshot = await graph.aget_state(_config(run.id))
    if not snapshot.interrupts:
        return await _advance(context, graph, run, None)
    plan, who = Plan.model_validate(snapshot.values["plan"]), run.request.principal
    asked = await context.store.latest_approval(who.tenant, who.id, plan.digest)
    if asked is not None and asked.state(context.clock.now()) == "open":
        return run
    # The attempt that used the yes up may have been killed since: then it is that one which goes on.
    return await _advance(context, graph, run, Command(resume=(asked and asked.used_by) or secrets.token_hex(16)))


async def _advance(context: Context, graph: Graph, run: Run, given: Any) -> Run:
    config = _config(run.id) | {"recursion_limit": STEPS_PER_ATTEMPT * context.max_attempts}
    try:
        await graph.ainvoke(given, config, durability="sync")
    except NobodyJudges as away:
        return await _parked(context, run, away.error)
    ended = await context.store.get_run(run.id)
    if ended is None or ended.record is None:
        waiting = run.model_copy(update={"state": "waiting", "waits_for": "", "updated_at": context.clock.now()})
        await context.store.save_run(waiting)
        return waiting
    return ended


async def _parked(context: Context, run: Run, error: TollgateError) -> Run:
    """The run as it waits for what is not there now. It goes on from its last checkpoint, in whatever process."""
    await context.journal.write(run.request, "parked", {"code": error.code, "reason": error.message})
    why = f"{error.code}: {error.message}"
    waiting = run.model_copy(update={"state": "waiting", "waits_for": why, "updated_at": context.clock.now()})
    await context.store.save_run(waiting)
    return waiting


def _config(run: str) -> Any:
    return {"configurable": {"thread_id": run}}
