"""Last stage: reckon what was saved, and close the run with its Record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workflow.deploy.brief import Brief
from workflow.deploy.carry import kept_of
from workflow.deploy.compare import left_out
from workflow.deploy.context import Context
from workflow.deploy.state import State, Trouble, dump
from workflow.model.decision import Decision
from workflow.model.money import cents
from workflow.model.offer import Exclusion
from workflow.model.plan import Plan
from workflow.model.resource import Health, Receipt
from workflow.model.run import Record, Remnant, Run, Savings
from workflow.model.workload import Request, Workload


async def finish(context: Context, state: State) -> State:
    """The Record, kept together with the run's end."""
    request = Request.model_validate(state["request"])
    record = conclude(state, context.clock.now())
    run = Run(
        id=request.id,
        tenant=request.principal.tenant,
        state=record.state,
        request=request,
        record=record,
        created_at=record.started_at,
        updated_at=record.finished_at,
    )
    event = context.journal.event(request, "finished", {"record": dump(record)})
    await context.store.end_run(run, record, event)
    context.journal.observer(event)
    return {"next": "end"}


def conclude(state: State, now: datetime) -> Record:
    """What the run came to. Pure."""
    trouble = Trouble.model_validate(state["trouble"]) if state.get("trouble") else None
    decision = Decision.model_validate(state["decision"]) if state.get("decision") else None
    plan = Plan.model_validate(state["plan"]) if state.get("plan") else None
    done = trouble is None and decision is not None and decision.allowed and plan is not None
    denied = decision is not None and not decision.allowed
    receipts = [*(k.receipt for k in kept_of(state)), *map(Receipt.model_validate, state.get("receipts", []))]
    exclusions = tuple(Exclusion.model_validate(e) for e in state.get("exclusions", []))
    reason, remedy, code = _words(trouble, decision, plan if done else None, exclusions)
    return Record(
        run=Request.model_validate(state["request"]).id,
        state="succeeded" if done else "denied" if denied else "failed",
        request=Request.model_validate(state["request"]),
        workload=Workload.model_validate(state["workload"]) if state.get("workload") else None,
        assumptions=Brief.model_validate(state["brief"]).assumptions if state.get("brief") else (),
        offer=plan.offer if done and plan else None,
        cost_cents=cents(plan.cost.total) if done and plan else 0,
        savings=Savings.model_validate(state["savings"]) if done and state.get("savings") else None,
        plan_digest=plan.digest if plan else "",
        decision=decision,
        resources=tuple(r for receipt in receipts for r in receipt.resources),
        left_behind=tuple(Remnant.model_validate(item) for item in state.get("left_behind", [])),
        health=tuple(Health.model_validate(h) for h in state.get("health", [])),
        exclusions=exclusions,
        code=code,
        reason=reason,
        remedy=remedy,
        started_at=datetime.fromisoformat(state["started_at"]),
        finished_at=now,
    )


def _words(
    trouble: Trouble | None, decision: Decision | None, done: Plan | None, exclusions: Sequence[Exclusion]
) -> tuple[str, str, str]:
    if decision is not None and not decision.allowed:
        first = decision.violations[0] if decision.violations else None
        said = [v.message for v in decision.violations] or ["The gate did not allow it."]
        # Perhaps it would have allowed what is sold there.
        reason = "; ".join([*said, *left_out(exclusions)])
        remedy = " ".join(dict.fromkeys(v.remedy for v in decision.violations))
        return reason, remedy, first.code if first else "DENIED"
    if trouble is not None:
        return trouble.message, trouble.remedy, trouble.code
    if done is not None:
        return f"Placed on {done.offer.place} ({done.offer.machine or 'bucket'}, {done.offer.purchase}).", "", ""
    return "The run ended without a plan.", "Report this with the run id.", "INTERNAL"
