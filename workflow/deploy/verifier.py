"""Fourth stage: ask for the real state of everything that was made until it holds. What takes long is not waited for in
a process: the run is parked, and asks again later."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mcp_handlers.tools import get_health
from workflow.deploy.carry import kept_of
from workflow.deploy.context import Context
from workflow.deploy.operation import await_operation
from workflow.deploy.outages import notice
from workflow.deploy.state import State, Trouble, dump
from workflow.deploy.watch import illness, outlast, to_watch
from workflow.model.decision import Decision
from workflow.model.errors import TollgateError, Unhealthy
from workflow.model.plan import Plan
from workflow.model.resource import Health, Receipt, Resource
from workflow.model.workload import Request

GOOD = ("healthy", "finished")
LEFT_SECONDS = 5.0
"""Of a process's time, kept for putting the run down."""


async def verify(context: Context, state: State) -> State:
    """Health of every resource; anything that is not well is rolled back with the rest."""
    request = Request.model_validate(state["request"])
    made = [*(one.receipt for one in kept_of(state)), *map(Receipt.model_validate, state["receipts"])]
    resources = [resource for receipt in made for resource in receipt.resources]
    try:
        health = await _settled(context, request, resources)
    except TollgateError as error:
        trouble = Trouble.of(error)
        await notice(context, request, resources[0].cloud, resources[0].region, trouble)
        await context.journal.write(request, "health.unknown", {"trouble": dump(trouble)})
        return {"trouble": dump(trouble), "next": "rollback"}
    jobs, watched = to_watch(request, health), bool(state.get("watched_since"))
    if watched and jobs and all(h.status in GOOD or h in jobs for h in health):
        await outlast(context, request, state, jobs)
    elif all(h.status in (*GOOD, "pending") for h in health):
        await _awaited(context, request, made, health)
    await context.journal.write(request, "verified", {"health": [dump(h) for h in health]})
    told = [dump(h) for h in health]
    ill = [h for h in health if h.status not in GOOD]
    if not ill and jobs and not watched:
        return {"health": told, "watched_since": context.clock.now().isoformat(), "next": "verifier"}
    if not ill:
        return {"health": told, "trouble": None, "next": "finisher"}
    trouble = Trouble.of(illness(Plan.model_validate(state["plan"]).offer, ill, watched=watched))
    return {"health": told, "trouble": dump(trouble), "next": "rollback"}


async def _awaited(context: Context, request: Request, made: Sequence[Receipt], health: Sequence[Health]) -> None:
    """Park where something is still being made. Returns where nothing is, or patience has ended."""
    pending = [h for h in health if h.status == "pending"]
    if pending:
        first, since = pending[0].resource, max(receipt.finished_at for receipt in made)
        words = "; ".join(f"{h.resource.kind} {h.resource.id} on {h.resource.cloud}: {h.detail}" for h in pending)
        await await_operation(context, request, f"{first.kind} {first.id}", since, f"Not ready yet: {words}")


async def _settled(context: Context, request: Request, resources: Sequence[Resource]) -> list[Health]:
    """Health once nothing is pending. Bounded by `patience` and this process's time; what is still pending then is
    returned as it is."""
    loop = asyncio.get_running_loop()
    until = loop.time() + min(context.patience, _time_left(context))
    while True:
        health = list(await asyncio.gather(*(_ask(context, request, r) for r in resources)))
        if all(h.status != "pending" for h in health) or loop.time() >= until:
            return health
        await asyncio.sleep(context.poll_seconds)


async def _ask(context: Context, request: Request, resource: Resource) -> Health:
    wanted = get_health.Input(resource=resource, tenant=request.principal.tenant)
    answer = await context.tools.call("get_health", resource.cloud, dump(wanted))
    if isinstance(answer, Decision):
        raise Unhealthy(f"Health of {resource.id} may not be read: {answer.violations[0].message}")
    return get_health.Output.model_validate(answer.output).health


def _time_left(context: Context) -> float:
    """Seconds that this process can give to waiting."""
    if context.until is None:
        return context.patience
    return max((context.until - context.clock.now()).total_seconds() - LEFT_SECONDS, 0.0)
