"""Taking back what an attempt made, the last first, and remembering where not to try again.

What cannot be taken back at once is tried again in passes with growing pauses. A pass ends with a checkpoint, and each
call has a key of its own, so a process that is started later goes on with what is left. What is left in the end is
named in the record, with what a person should do.
"""

from __future__ import annotations

import asyncio
import random

from mcp_handlers.kernel.retry import settles
from workflow.deploy.brief import Brief
from workflow.deploy.carry import Kept, carried, kept_of, resumed
from workflow.deploy.context import Context
from workflow.deploy.failover import Loss, exclude, gives_up_spot, without_spot
from workflow.deploy.state import State, Trouble, dump
from workflow.deploy.undoing import Pending, pending, possibly
from workflow.deploy.used import used_cents
from workflow.model.decision import Decision
from workflow.model.errors import SpotLost, TollgateError
from workflow.model.offer import Exclusion
from workflow.model.plan import Plan, Step
from workflow.model.resource import Receipt
from workflow.model.run import Remnant
from workflow.model.workload import Request

PASSES = 4
"""Times that an undo is tried before it is left to a person and the cleaner; a tool's own retries come on top."""
LONGEST_PAUSE = 8.0


async def roll_back(context: Context, state: State) -> State:
    """One pass: undo the attempt's effects in reverse order. The last pass frees its money, excludes the place, and
    says where to go on."""
    request, plan = Request.model_validate(state["request"]), Plan.model_validate(state["plan"])
    number = state.get("passes", 0)
    if number:
        await asyncio.sleep(random.uniform(0.5, 1) * min(context.undo_pause * 2**number, LONGEST_PAUSE))  # noqa: S311
    last = number + 1 >= PASSES
    left = [Remnant.model_validate(one) for one in state.get("left_behind", [])]
    receipts = [Receipt.model_validate(one) for one in state["receipts"]]
    unknown = Step.model_validate(state["unknown"]) if state.get("unknown") else None
    if unknown is not None:
        found = await _resolved(context, plan, unknown, last)
        left += [found] if isinstance(found, Remnant) else []
        receipts += [found] if isinstance(found, Receipt) else []
        unknown = unknown if found == "unknown" else None
    waiting, given_up = await undo_once(context, request, plan.run, _to_undo(context, state, plan, receipts), last=last)
    left += given_up
    if waiting or unknown is not None:
        body = {"pass": number + 1, "waiting": [dump(one) for one in waiting], "unknown": dump(unknown)}
        await context.journal.write(request, "rollback.waits", body)
        return {
            "receipts": [dump(one) for one in receipts],
            "unknown": dump(unknown),
            "undoing": [dump(one) for one in waiting],
            "left_behind": [dump(one) for one in left],
            "passes": number + 1,
            "next": "rollback",
        }
    return await _concluded(context, state, request, plan, receipts, left)


def _to_undo(context: Context, state: State, plan: Plan, receipts: list[Receipt]) -> list[Pending]:
    """In the first pass what the receipts tell of; later what is left of it, and what has come to light meanwhile."""
    known, kept = state.get("undoing"), kept_of(state)
    stays = {one.receipt.key for one in _carried(context, state, plan, receipts)}
    if known is None:
        steps, made = [one.step for one in kept], [one.receipt for one in kept]
        back = [one for one in (*made, *receipts) if one.key not in stays]
        return pending(context.contracts, (*steps, *plan.steps), back)
    fresh = pending(context.contracts, plan.steps, receipts[len(state["receipts"]) :])
    return [*fresh, *(Pending.model_validate(one) for one in known)]


async def undo_once(
    context: Context, request: Request, run: str, undos: list[Pending], *, last: bool
) -> tuple[list[Pending], list[Remnant]]:
    """Make each call once. Returns what is worth another pass, and what is left behind."""
    waiting: list[Pending] = []
    left: list[Remnant] = []
    for one in undos:
        try:
            answer = await context.tools.call(one.tool, one.cloud, one.arguments, run=run, step=one.step)
        except TollgateError as error:
            if error.retryable and not last:
                waiting.append(one)
            else:
                left.append(one.left(error.code, error.message, error.remedy))
            continue
        if isinstance(answer, Decision):
            first = answer.violations[0]
            left.append(one.left("DENIED", first.message, first.remedy))
            continue
        body = {"tool": one.tool, "resource": dump(one.resource), "seconds": round(answer.seconds, 3)}
        await context.journal.write(request, "undone", body)
    return waiting, left


async def _resolved(context: Context, plan: Plan, step: Step, last: bool) -> Receipt | Remnant | str:
    """What became of a step whose outcome is unknown: asked of the cloud by the same call with the same key.

    A Receipt of what it made, `nothing`, `unknown` for now, or in the last pass what it may have made.
    """
    try:
        answer = await context.tools.call(
            step.tool, step.cloud, step.arguments, run=plan.run, step=step.name, version=step.version
        )
    except TollgateError as error:
        if settles(error):
            return "nothing"
        return possibly(step, error.code, error.message) if last else "unknown"
    if isinstance(answer, Decision):
        return possibly(step, "DENIED", f"Its outcome may not be asked for: {answer.violations[0].message}")
    return answer.receipt or "nothing"


async def _concluded(
    context: Context, state: State, request: Request, plan: Plan, receipts: list[Receipt], left: list[Remnant]
) -> State:
    """Give back the money that was not used, exclude the place, and say where to go on."""
    trouble = Trouble.model_validate(state["trouble"])
    exclusion, losses = _exclusion(context, state, plan, trouble), _losses(context, state, plan, trouble)
    exclusions = [*state.get("exclusions", []), *([dump(exclusion)] if exclusion else [])]
    if trouble.code == SpotLost.code and gives_up_spot(losses, plan.offer.cloud, context.clock.now(), context.failover):
        exclusions.append(dump(without_spot(plan.offer, len(losses))))
    attempt = state["attempt"] + 1
    again = exclusion is not None and attempt < context.max_attempts
    after = ("planner" if trouble.scope in ("region", "cloud") else "allocator") if again else "finisher"
    kept = _carried(context, state, plan, receipts)
    brief = resumed(Brief.model_validate(state["brief"]), kept)
    left_behind = [dump(one) for one in left]
    used = used_cents(plan, receipts, {one.key for one in left}, context.clock.now())
    body = {"trouble": dump(trouble), "exclusion": dump(exclusion), "left_behind": left_behind, "used_cents": used}
    body |= {"brief": dump(brief), "kept": [dump(one) for one in kept]}
    event = context.journal.event(request, "rolled_back", {**body, "next": after})
    await context.store.give_back(used, [event])
    context.journal.observer(event)
    forward: State = {
        "receipts": [],
        "health": [],
        "exclusions": exclusions,
        "left_behind": left_behind,
        "unknown": None,
        "undoing": None,
        "passes": 0,
        "brief": dump(brief),
        "kept": [dump(one) for one in kept],
        "losses": [dump(one) for one in losses],
        "watched_since": "",
        "next": after,
    }
    if not again:
        return forward
    return {
        **forward,
        "attempt": attempt,
        "plan": None,
        "decision": None,
        "choice": None,
        "savings": None,
        "trouble": None,
    }


def _carried(context: Context, state: State, plan: Plan, receipts: list[Receipt]) -> tuple[Kept, ...]:
    """What the next attempt goes on with; nothing where there is none."""
    if state["attempt"] + 1 >= context.max_attempts:
        return ()
    return carried(plan, receipts, kept_of(state), Trouble.model_validate(state["trouble"]))


def _losses(context: Context, state: State, plan: Plan, trouble: Trouble) -> list[Loss]:
    """What clouds took back from this run, this time included."""
    before = [Loss.model_validate(one) for one in state.get("losses", [])]
    mine = [Loss(cloud=plan.offer.cloud, at=context.clock.now())] if trouble.code == SpotLost.code else []
    return [*before, *mine]


def _exclusion(context: Context, state: State, plan: Plan, trouble: Trouble) -> Exclusion | None:
    """Where not to try again, in the light of what has refused before."""
    before = [Exclusion.model_validate(one) for one in state.get("exclusions", [])]
    brief = Brief.model_validate(state["brief"])
    return exclude(plan.offer, trouble, before, context.failover, regions=len(brief.regions), clouds=len(brief.clouds))
