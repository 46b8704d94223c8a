"""Finite work that may be done later begins when it is cheaper. Until then its run is parked, and costs nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from workflow.deploy.brief import Brief
from workflow.deploy.context import Context
from workflow.deploy.edge import Parks
from workflow.deploy.state import State, dump
from workflow.model.lease import Wait
from workflow.model.offpeak import start_at
from workflow.model.workload import Request, Workload


async def defer(context: Context, request: Request, workload: Workload, wanted: Brief, state: State) -> State:
    """The planner's last decision: at once, or from `start_at` on. It is made once in a run."""
    if state.get("deferred") is not None:
        told = (*wanted.assumptions, state["deferred"]) if state["deferred"] else wanted.assumptions
        return {"brief": dump(wanted.model_copy(update={"assumptions": told})), "next": "allocator"}
    later = None
    if wanted.sort == "batch" and workload.deadline_hours:
        deadline = request.submitted_at + timedelta(hours=workload.deadline_hours)
        later = start_at(context.offpeak, wanted.hours, deadline, context.clock.now())
    if later is None:
        return {"brief": dump(wanted), "deferred": "", "next": "allocator"}
    await context.journal.write(request, "deferred", {"later": dump(later), "why": later.why})
    noted = wanted.model_copy(update={"assumptions": (*wanted.assumptions, later.why)})
    return {"brief": dump(noted), "deferred": later.why, "start_at": later.start_at.isoformat(), "next": "pause"}


async def pause(context: Context, state: State) -> State:
    """Park until the start has come."""
    start = datetime.fromisoformat(state["start_at"])
    if context.clock.now() < start:
        raise Parks(Wait(kind="time", wake_at=start, reason=state["deferred"] or ""))
    return {"next": "allocator"}
