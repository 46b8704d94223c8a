"""Between two stages: whether there is time for the next one, and whether somebody wants the run to end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from workflow.deploy.context import Context
from workflow.deploy.state import State, Trouble, dump
from workflow.model.errors import Cancelled
from workflow.model.lease import Cancel, Wait
from workflow.model.plan import Plan
from workflow.model.workload import Request

Stage = Callable[[Context, State], Awaitable[State]]

NOTHING_DONE = ("planner", "pause", "allocator", "gate", "approval")
"""Before these stages nothing of the attempt exists."""


class OutOfTime(Exception):
    """This process must stop soon. The run goes on from here in another."""


class Parks(Exception):
    """The run has to wait, and goes on with the same stage. No TollgateError: nothing went wrong."""

    def __init__(self, wait: Wait) -> None:
        super().__init__(wait.reason)
        self.wait = wait


async def passed(context: Context, name: str, stage: Stage, state: State) -> State:
    """What the stage comes to, or the way to the end where somebody cancelled the run.

    A stage that may have been cut off in the middle, with money held or things made, is gone through again first: only
    so is known what there is to undo.
    """
    if context.until is not None and context.clock.now() >= context.until:
        raise OutOfTime
    request = Request.model_validate(state["request"])
    if name in NOTHING_DONE and (wish := await _wish(context, request)) and not await _holds(context, request):
        await _withdraw(context, request, state)
        return {"trouble": _trouble(wish), "decision": None, "next": "finisher"}
    if name == "verifier" and (wish := await _wish(context, request)):
        return {"trouble": _trouble(wish), "next": "rollback"}
    after = await stage(context, state)
    committed = (name in ("gate", "approval") and after["next"] == "executor") or (
        name == "verifier" and after["next"] == "finisher"
    )
    if committed and (wish := await _wish(context, request)):
        return {**after, "trouble": _trouble(wish), "next": "rollback"}
    return after


async def _wish(context: Context, request: Request) -> Cancel | None:
    place = await context.store.get_place(request.id)
    return place.cancel if place is not None else None


def _trouble(wish: Cancel) -> dict[str, object]:
    why = f": {wish.reason}" if wish.reason else "."
    trouble: dict[str, object] = dump(Trouble.of(Cancelled(f"Cancelled by {wish.by}{why}")))
    return trouble


async def _holds(context: Context, request: Request) -> bool:
    return any(each.state == "held" for each in await context.store.list_reservations(request.id))


async def _withdraw(context: Context, request: Request, state: State) -> None:
    """Take back what people are asked."""
    if not state.get("plan"):
        return
    plan, who = Plan.model_validate(state["plan"]), request.principal
    asked = await context.store.latest_approval(who.tenant, who.id, plan.digest)
    if asked is not None and not asked.closed:
        await context.control.desk.supersede(asked, "the run was cancelled")
