"""Second stage: ask every cloud at once, judge and rank what they offer, check quotas, choose."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.deploy.brief import Brief
from workflow.deploy.candidates import refusal, savings
from workflow.deploy.carry import kept_of, pinned, resumed
from workflow.deploy.compare import left_out
from workflow.deploy.context import Context
from workflow.deploy.rollback import undo_once
from workflow.deploy.state import State, Trouble, dump
from workflow.deploy.survey import Survey
from workflow.deploy.undoing import pending
from workflow.model.base import Json
from workflow.model.errors import CloudDown, NoOffer, QuotaExceeded
from workflow.model.offer import Exclusion
from workflow.model.workload import Request


async def allocate(context: Context, state: State) -> State:
    """Brief → Allocation, or why there is none."""
    request, brief = Request.model_validate(state["request"]), Brief.model_validate(state["brief"])
    exclusions = [Exclusion.model_validate(e) for e in state.get("exclusions", [])]
    lent = await context.control.elevated(request.principal, request.id)
    asks = request.model_copy(update={"principal": lent})
    survey = Survey(context, asks, pinned(brief), exclusions, state["attempt"])
    candidates = await survey.candidates()
    known = [dump(e) for e in survey.exclusions]
    if not candidates and survey.refused is not None:
        body = {"brief": dump(brief), "decision": dump(survey.refused)}
        await context.journal.write(request, "not_asked", body)
        return {"trouble": None, "decision": dump(survey.refused), "exclusions": known, "next": "finisher"}
    if not candidates and brief.checkpoint is not None:
        return await begin_afresh(context, state, request, brief, known)
    if not candidates:
        trouble = _nothing(brief, survey.exclusions)
        body = {"brief": dump(brief), "exclusions": known, "trouble": dump(trouble)}
        await context.journal.write(request, "no_offer", body)
        return {"trouble": dump(trouble), "exclusions": known, "next": "finisher"}
    allocation = await survey.with_quotas(candidates)
    await context.journal.write(request, "allocated", survey.body(allocation))
    # All candidates are in the ledger. A checkpoint is written at every stage, so it holds what later ones need.
    base: State = {"choice": dump(allocation.choice), "savings": dump(savings(allocation)), "exclusions": known}
    if allocation.choice is not None:
        return {**base, "trouble": None, "next": "gate"}
    if brief.checkpoint is not None:
        return await begin_afresh(context, state, request, brief, known)
    if any(c.compliant for c in allocation.candidates):
        reasons = dict.fromkeys(c.quota for c in allocation.candidates if c.quota)
        error = QuotaExceeded(f"No compliant offer has quota: {'; '.join(list(reasons)[:3])}.")
        return {**base, "trouble": dump(Trouble.of(error)), "next": "finisher"}
    decision = refusal(allocation, context.gate.revision)
    return {**base, "trouble": None, "decision": dump(decision), "next": "finisher"}


async def begin_afresh(context: Context, state: State, request: Request, brief: Brief, known: list[Json]) -> State:
    """Where the checkpoints are nothing is to be had: they are given up, and the work begins again anywhere."""
    kept, fresh = kept_of(state), resumed(brief, ())
    undos = pending(context.contracts, [one.step for one in kept], [one.receipt for one in kept])
    _, left = await undo_once(context, request, request.id, undos, last=True)
    left_behind = [*state.get("left_behind", []), *(dump(one) for one in left)]
    await context.journal.write(request, "started_afresh", {"brief": dump(fresh), "left_behind": left_behind})
    return {"brief": dump(fresh), "kept": [], "left_behind": left_behind, "exclusions": known, "next": "allocator"}


def _nothing(brief: Brief, exclusions: Sequence[Exclusion]) -> Trouble:
    if away := left_out(exclusions):
        return Trouble.of(CloudDown("; ".join(away), "Try again when a cloud answers."))
    where = ", ".join(brief.regions or brief.clouds) or "any cloud"
    return Trouble.of(NoOffer(f"Nothing on sale in {where} fits this work."))
