"""Third stage: perform the Plan step by step. A step that fails says how far the trouble reaches."""

from __future__ import annotations

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from workflow.deploy.context import Context
from workflow.deploy.state import State, Trouble, dump
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import OutcomeUnknown, TollgateError
from workflow.model.plan import Plan, Step
from workflow.model.ports import ToolResult
from workflow.model.workload import Request

ATTEMPTS = 2
"""The control plane and the function have tried again by themselves before an error comes here."""
_PASSING = ("THROTTLED", "OUTCOME_UNKNOWN", "RATE_LIMITED", "OVERLOADED")


async def execute(context: Context, state: State) -> State:
    """Each step's receipt, in order; at the first that fails, what is to be rolled back and why."""
    request, plan = Request.model_validate(state["request"]), Plan.model_validate(state["plan"])
    receipts: list[Json] = []
    for step in plan.steps:
        try:
            answer = await _perform(context, plan, step)
        except TollgateError as error:
            trouble = Trouble.of(error)
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


async def _perform(context: Context, plan: Plan, step: Step) -> ToolResult | Decision:
    """One call, sent again with the same key where that is safe and may help here: throttled, or outcome unknown."""
    tries = AsyncRetrying(
        retry=retry_if_exception(_worth_repeating),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.2, max=5),
        reraise=True,
    )
    async for attempt in tries:
        with attempt:
            return await context.tools.call(step.tool, step.cloud, step.arguments, run=plan.run, step=step.name)
    raise AssertionError("the last attempt raises")


def _worth_repeating(error: BaseException) -> bool:
    return isinstance(error, TollgateError) and error.code in _PASSING
