"""Taking back what an attempt made, the last first, and remembering where not to try again."""

from __future__ import annotations

from workflow.deploy.context import Context
from workflow.deploy.state import State, Trouble, dump
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import TollgateError
from workflow.model.offer import Offer
from workflow.model.plan import Plan
from workflow.model.run import Exclusion, Receipt
from workflow.model.workload import Request


async def roll_back(context: Context, state: State) -> State:
    """Undo the attempt's receipts in reverse, free its money, exclude the place, and say where to go on."""
    request, plan = Request.model_validate(state["request"]), Plan.model_validate(state["plan"])
    trouble = Trouble.model_validate(state["trouble"])
    left: list[Json] = list(state.get("left_behind", []))
    for receipt in reversed([Receipt.model_validate(r) for r in state["receipts"]]):
        left += await _undo(context, request, plan, receipt)
    for step in plan.steps:
        await context.store.settle(step.key, "released")
    exclusion = exclude(plan.offer, trouble)
    exclusions = [*state.get("exclusions", []), *([dump(exclusion)] if exclusion else [])]
    attempt = state["attempt"] + 1
    again = exclusion is not None and attempt < context.max_attempts
    after = ("planner" if trouble.scope in ("region", "cloud") else "allocator") if again else "finisher"
    body = {"trouble": dump(trouble), "exclusion": dump(exclusion), "left_behind": left, "next": after}
    await context.journal.write(request, "rolled_back", body)
    forward: State = {"receipts": [], "health": [], "exclusions": exclusions, "left_behind": left, "next": after}
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


def exclude(offer: Offer, trouble: Trouble) -> Exclusion | None:
    """The place that the trouble speaks of; None where another place would not help."""
    reason = f"{trouble.code}: {trouble.message}"
    match trouble.scope:
        case "cloud":
            return Exclusion(cloud=offer.cloud, reason=reason)
        case "region":
            return Exclusion(cloud=offer.cloud, region=offer.region, reason=reason)
        case "offer":
            return Exclusion(
                cloud=offer.cloud,
                region=offer.region,
                zone=offer.zone,
                machine=offer.machine,
                purchase=offer.purchase,
                reason=reason,
            )
    return None


async def _undo(context: Context, request: Request, plan: Plan, receipt: Receipt) -> list[Json]:
    """Take back what one receipt tells of. Returns what could not be taken back."""
    contract = context.contracts[receipt.tool]
    step = next(s for s in plan.steps if s.key == receipt.key)
    if contract.undo is None:
        return []
    wanted, made = contract.input.model_validate(step.arguments), contract.output.model_validate(receipt.output)
    left: list[Json] = []
    for number, undo in enumerate(contract.undo(wanted, made)):
        name = f"undo-{number}-{step.name}"
        resource = undo.arguments.get("resource") or _changed(receipt)
        try:
            answer = await context.tools.call(undo.tool, receipt.cloud, undo.arguments, run=plan.run, step=name)
        except TollgateError as error:
            left.append({"resource": resource, "code": error.code, "message": error.message})
            continue
        if isinstance(answer, Decision):
            left.append({"resource": resource, "code": "DENIED", "message": answer.violations[0].message})
            continue
        body = {"tool": undo.tool, "resource": resource, "seconds": round(answer.seconds, 3)}
        await context.journal.write(request, "undone", body)
    return left


def _changed(receipt: Receipt) -> Json | None:
    """The resource that an effect changed and did not create, as its output names it."""
    found: Json | None = receipt.output.get("resource") or receipt.output.get("endpoint")
    return found
