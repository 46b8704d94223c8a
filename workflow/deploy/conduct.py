"""Starting a run, going on with it, and hearing what became of it. Whoever does has the run in hand, by a lease."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from langgraph.types import Command

from workflow.deploy import hand
from workflow.deploy.context import Context
from workflow.deploy.edge import OutOfTime, Parks
from workflow.deploy.graph import STEPS_PER_ATTEMPT, Graph
from workflow.deploy.state import State, dump
from workflow.deploy.waiting import NobodyJudges, NothingKnown
from workflow.model.approval import Asked
from workflow.model.begin import begin
from workflow.model.errors import NotFound
from workflow.model.lease import FENCE, STUCK_TRIES, Lease, Wait
from workflow.model.plan import Plan
from workflow.model.run import Run
from workflow.model.workload import Request

ASK_AGAIN = timedelta(minutes=1)
"""How long a run is parked for what may be there again at any time."""


async def start(context: Context, graph: Graph, request: Request) -> Run:
    """Take a request from its words to its end, or to where it must wait."""
    now = context.clock.now()
    run, requested = begin(request, now)
    lease = await context.store.begin_run(run, hand.this_process(), now + hand.LEASE, requested)
    context.journal.observer(requested)
    return await _advance(context, graph, run, lease, _first(run))


async def resume(context: Context, graph: Graph, run_id: str) -> Run:
    """Go on from the last checkpoint. A run that waits for people goes on once they have answered or had their time.

    Raises InHand where another process goes on with it.
    """
    run = await context.store.get_run(run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id}.", "List them with `tollgate runs list`.")
    if run.record is not None:
        return run
    return await carry_on(context, graph, await hand.take(context, run_id))


async def carry_on(context: Context, graph: Graph, lease: Lease) -> Run:
    """Go on with a run that was taken. Whatever comes of it, it is put down again."""
    run = await context.store.get_run(lease.run)
    if run is None:
        raise NotFound(f"There is no run {lease.run}.", "List them with `tollgate runs list`.")
    if run.record is not None:
        return run
    if lease.tries >= STUCK_TRIES:
        body = {"tries": lease.tries, "waits_for": run.waits_for}
        stuck = context.journal.event(run.request, "run.stuck", body)
        if await context.store.note_stuck(lease, context.clock.now(), stuck):
            context.journal.observer(stuck)
    snapshot = await graph.aget_state(_config(lease))
    if not snapshot.interrupts:
        # Killed before the first checkpoint, it begins anew.
        return await _advance(context, graph, run, lease, None if snapshot.values else _first(run))
    asked = await _asked(context, run, snapshot.values)
    place = await context.store.get_place(run.id)
    cancelled = place is not None and place.cancel is not None
    if asked is not None and asked.state(context.clock.now()) == "open" and not cancelled:
        return await _park(context, run, lease, _for_people(asked, context.clock.now()))
    # The attempt that used the yes up may have been killed since: then it is that one which goes on.
    use = (asked and asked.used_by) or secrets.token_hex(16)
    return await _advance(context, graph, run, lease, Command(resume=use))


async def _advance(context: Context, graph: Graph, run: Run, lease: Lease, given: Any) -> Run:
    config = _config(lease) | {"recursion_limit": STEPS_PER_ATTEMPT * context.max_attempts}
    try:
        async with hand.held(context, lease):
            if run.state == "waiting":
                run = await _woken(context.under(lease), run)
            await graph.ainvoke(given, config, context=context, durability="sync")
            return await _came_to(context, graph, run, lease)
    except NobodyJudges as away:
        mine, body = context.under(lease), {"code": away.error.code, "reason": away.error.message}
        await mine.journal.write(run.request, "parked", body)
        why = f"{away.error.code}: {away.error.message}"
        wait = Wait(kind="time", wake_at=context.clock.now() + ASK_AGAIN, reason=why)
        return await _park(context, run, lease, wait)
    except Parks as parks:
        return await _park(context, run, lease, parks.wait)
    except OutOfTime:
        await hand.put_down(context, lease, further=True)
        return run
    except NothingKnown as failed:
        await hand.put_down(context, lease, pause=hand.pause_after(lease.tries))
        raise failed.error from failed
    except Exception:
        await hand.put_down(context, lease, pause=hand.pause_after(lease.tries))
        raise
    except BaseException:
        # Stopped by hand, or by a time limit: whoever is there may go on at once.
        await hand.put_down(context, lease)
        raise


async def _woken(context: Context, run: Run) -> Run:
    """The run on its way again, and a word to the ledger on what it waited for."""
    running = run.model_copy(update={"state": "running", "waits_for": "", "updated_at": context.clock.now()})
    await context.store.save_run(running)
    await context.journal.write(run.request, "run.resumed", {"waited_for": run.waits_for or "people"})
    return running


async def _came_to(context: Context, graph: Graph, run: Run, lease: Lease) -> Run:
    ended = await context.store.get_run(run.id)
    if ended is not None and ended.record is not None:
        return ended
    asked = await _asked(context, run, (await graph.aget_state(_config(lease))).values)
    return await _park(context, run, lease, _for_people(asked, context.clock.now()))


async def _park(context: Context, run: Run, lease: Lease, wait: Wait) -> Run:
    """The run as it waits. It goes on from its last checkpoint, in whatever process."""
    now = context.clock.now()
    waiting = run.model_copy(update={"state": "waiting", "waits_for": wait.reason, "updated_at": now})
    await context.store.park_run(lease, waiting, wait, now)
    return waiting


def _for_people(asked: Asked | None, now: datetime) -> Wait:
    if asked is None:
        return Wait(kind="time", wake_at=now + ASK_AGAIN)
    return Wait(kind="approval", subject=asked.request.id, wake_at=asked.request.expires_at)


async def _asked(context: Context, run: Run, values: Any) -> Asked | None:
    """What people were asked last about the run's plan."""
    plan, who = Plan.model_validate(values["plan"]), run.request.principal
    return await context.store.latest_approval(who.tenant, who.id, plan.digest)


def _first(run: Run) -> State:
    return {"request": dump(run.request), "started_at": run.created_at.isoformat(), "attempt": 0, "exclusions": []}


def _config(lease: Lease) -> Any:
    return {"configurable": {"thread_id": lease.run, FENCE: lease.token}}
