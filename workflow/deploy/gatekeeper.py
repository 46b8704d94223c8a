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
from workflow.model.decision import Approval
from workflow.model.plan import Plan
from workflow.model.workload import Request


async def judge_plan(context: Context, state: State) -> State:
    """The chosen offer becomes a Plan; the Plan is decided and its money held."""
    request, brief = Request.model_validate(state["request"]), Brief.model_validate(state["brief"])
    choice = Candidate.model_validate(state["choice"])
    plan = draft(request, brief, choice.priced.offer, choice.priced.cost, attempt=state["attempt"])
    decided = await _decide(context, request, brief, plan)
    body = {"plan": dump(plan), "digest": plan.digest, "questions": decided.questions}
    await context.journal.write(request, "decided", {**body, "decision": dump(decided.decision)})
    after = {"allow": "executor", "ask": "approval", "deny": "finisher"}[decided.decision.verdict]
    return {"plan": dump(plan), "decision": dump(decided.decision), "receipts": [], "health": [], "next": after}


async def await_approval(context: Context, state: State) -> State:
    """Park until somebody says yes or no to this plan's digest, then decide again with that word."""
    request, brief = Request.model_validate(state["request"]), Brief.model_validate(state["brief"])
    plan = Plan.model_validate(state["plan"])
    answer = interrupt({"plan": dump(plan), "digest": plan.digest, "decision": state["decision"]})
    approval = Approval.model_validate(answer)
    decided = await _decide(context, request, brief, plan, approval)
    body = {"approval": dump(approval), "questions": decided.questions, "decision": dump(decided.decision)}
    await context.journal.write(request, "approved" if decided.decision.allowed else "refused", body)
    after = "executor" if decided.decision.allowed else "finisher"
    return {"decision": dump(decided.decision), "next": after}


async def _decide(
    context: Context, request: Request, brief: Brief, plan: Plan, approval: Approval | None = None
) -> PlanDecided:
    price = price_of(plan.cost, brief.cap_cents, brief.cap_per)
    return await context.control.decide_plan(request.principal, plan, request.project, price, approval=approval)
