"""The gate on the whole Plan: allow goes on, deny ends, ask waits for a person, for days if need be."""

from __future__ import annotations

from langgraph.types import interrupt

from workflow.control.decide import PlanDecided
from workflow.control.pricing import price_of
from workflow.deploy.brief import Brief
from workflow.deploy.candidates import Candidate
from workflow.deploy.context import Context
from workflow.deploy.draft import draft
from workflow.deploy.state import State, dump
from workflow.model.errors import InHand
from workflow.model.plan import Plan
from workflow.model.workload import Request


async def judge_plan(context: Context, state: State) -> State:
    """The chosen offer becomes a Plan; the Plan is decided and its money held."""
    request, brief = Request.model_validate(state["request"]), Brief.model_validate(state["brief"])
    choice = Candidate.model_validate(state["choice"])
    plan = draft(request, brief, choice.priced.offer, choice.priced.cost, attempt=state["attempt"])
    decided = await _decide(context, request, brief, plan)
    after = {"allow": "executor", "ask": "approval", "deny": "finisher"}[decided.decision.verdict]
    return {"plan": dump(plan), "decision": dump(decided.decision), "receipts": [], "health": [], "next": after}


async def await_approval(context: Context, state: State) -> State:
    """Park until people have said yes or no to this plan's digest or their time is over, then decide again.

    What the run is resumed with is no proof of anything: it only names this attempt to go on. What was said is in the
    store, and is used up there with the money's being held.
    """
    request, brief = Request.model_validate(state["request"]), Brief.model_validate(state["brief"])
    plan = Plan.model_validate(state["plan"])
    answer = interrupt({"digest": plan.digest, "decision": state["decision"]})
    decided = await _decide(context, request, brief, plan, str(answer))
    decision = decided.decision
    if any(violation.code == "APPROVAL_USED" for violation in decision.violations):
        raise InHand(f"Another process goes on with run {request.id}.")
    after = {"allow": "executor", "ask": "approval", "deny": "finisher"}[decision.verdict]
    return {"decision": dump(decision), "next": after}


async def _decide(context: Context, request: Request, brief: Brief, plan: Plan, use: str = "") -> PlanDecided:
    price = price_of(plan.cost, brief.cap_cents, brief.cap_per)
    decided = await context.control.decide_plan(request.principal, plan, request.project, price, use=use)
    for event in decided.told:
        context.journal.observer(event)
    return decided
