"""Third stage: perform the Plan step by step. A step that fails says how far the trouble reaches."""

from __future__ import annotations

import asyncio
from datetime import datetime

from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    stop_any,
    wait_random_exponential,
)

from workflow.deploy.again import PASSING
from workflow.deploy.context import Context
from workflow.deploy.failover import skipped
from workflow.deploy.operation import await_operation
from workflow.deploy.outages import notice
from workflow.deploy.state import State, Trouble, dump
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import CloudDown, OutcomeUnknown, TollgateError
from workflow.model.plan import Plan, Step
from workflow.model.ports import ToolResult
from workflow.model.workload import Request

ATTEMPTS = 2
"""The control plane and the function have tried again by themselves before an error comes here."""
SLOW_SECONDS = 20.0
"""An answer that stays away for so long is a cloud at work. One that is lost at once is none."""
_PASSING = (*PASSING, "OUTCOME_UNKNOWN")


async def execute(context: Context, state: State) -> State:
    """Each step's receipt, in order; at the first that fails, what is to be rolled back and why."""
    request, plan = Request.model_validate(state["request"]), Plan.model_validate(state["plan"])
    away = await _away(context, plan)
    if away is not None:
        await context.journal.write(request, "step.failed", {"step": dump(plan.steps[0]), "trouble": dump(away)})
        return {"receipts": [], "trouble": dump(away), "next": "rollback"}
    receipts: list[Json] = []
    for step in plan.steps:
        begun = asyncio.get_running_loop().time()
        try:
            answer = await _perform(context, plan, step)
        except TollgateError as error:
            trouble = Trouble.of(error)
            await _awaited(context, request, step, error, asyncio.get_running_loop().time() - begun)
            await notice(context, request, step.cloud, plan.offer.region, trouble)
            await context.journal.write(request, "step.failed", {"step": dump(step), "trouble": dump(trouble)})
            unknown = dump(step) if trouble.code == OutcomeUnknown.code else None
            return {"receipts": receipts, "unknown": unknown, "trouble": dump(trouble), "next": "rollback"}
        if isinstance(answer, Decision):
            await context.journal.write(request, "step.refused", {"step": dump(step), "decision": dump(answer)})
            trouble = Trouble(code="DENIED", message="The gate refused a step.", remedy="", scope="")
            return {"receipts": receipts, "decision": dump(answer), "trouble": dump(trouble), "next": "rollback"}
        receipts.append(dump(answer.receipt))
        body = {"step": dump(step), "receipt": dump(answer.receipt), "seconds": round(answer.seconds, 3)}
        await context.journal.write(request, "step.done", body)
    return {"receipts": receipts, "trouble": None, "next": "verifier"}


async def _away(context: Context, plan: Plan) -> Trouble | None:
    """Why nothing is written to the plan's cloud: it is degraded. A plan that was begun goes on all the same, so that
    its rollback knows of all that it did."""
    degraded = next((one for one in await context.store.list_degraded() if one.cloud == plan.offer.cloud), None)
    if degraded is None or await _begun(context, plan):
        return None
    return Trouble.of(CloudDown(skipped(degraded).reason))


async def _begun(context: Context, plan: Plan) -> bool:
    """Whether the first step was ever let through: it may have been sent then."""
    return await _decided_at(context, plan.steps[0], plan.run) is not None


async def _decided_at(context: Context, step: Step, run: str) -> datetime | None:
    """When the step was first let through; None where it never was."""
    entries = await context.store.entries(run=run)
    decided = (e.event for e in entries if e.event.kind == "call.decided" and e.event.body["key"] == step.key)
    return next((event.at for event in decided), None)


async def _awaited(context: Context, request: Request, step: Step, error: TollgateError, seconds: float) -> None:
    """Park where the cloud is long about the step: the same call with the same key later says what became of it.

    Returns where it is not, or patience has ended.
    """
    if error.code != OutcomeUnknown.code or seconds < SLOW_SECONDS:
        return
    since = await _decided_at(context, step, request.id) or context.clock.now()
    await await_operation(context, request, step.key, since, f"{step.tool} on {step.cloud}: {error.message}")


async def _perform(context: Context, plan: Plan, step: Step) -> ToolResult | Decision:
    """One call, sent again with the same key where that is safe and may help here: throttled, or outcome unknown."""
    tries = AsyncRetrying(
        retry=retry_if_exception(_worth_repeating),
        stop=stop_any(stop_after_attempt(ATTEMPTS), stop_after_delay(SLOW_SECONDS)),
        wait=wait_random_exponential(multiplier=0.2, max=5),
        reraise=True,
    )
    async for attempt in tries:
        with attempt:
            return await context.tools.call(
                step.tool, step.cloud, step.arguments, run=plan.run, step=step.name, version=step.version
            )
    raise AssertionError("the last attempt raises")


def _worth_repeating(error: BaseException) -> bool:
    return isinstance(error, TollgateError) and error.code in _PASSING
