"""What a run has to tell so far, from its ledger and what people were asked. Pure, and the same for every door."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from mcp_handlers.tools.contract import Tool
from workflow.control.approvals.diff import Change, changes
from workflow.deploy.candidates import Allocation, Candidate
from workflow.model.approval import Approval, ApprovalState, Asked, Requirement, lacking
from workflow.model.base import Json, Noun
from workflow.model.decision import Decision, Verdict, Violation
from workflow.model.money import cents, usd
from workflow.model.plan import Plan
from workflow.model.ports import Entry
from workflow.model.run import Record, Run, State

SHOWN = 5
"""Candidates in a message. The whole table is in `tollgate runs show ID --all`."""
Mark = Literal["done", "going", "waiting", "bad"]


class Stage(Noun):
    """One line of progress."""

    mark: Mark
    what: str


class Row(Noun):
    """One candidate: where, on what, what it costs in all, how the gate judged it, and why it lost (empty: it won)."""

    place: str
    machine: str
    purchase: str
    cost: str
    verdict: Verdict
    why: str


class Question(Noun):
    """What people are asked, or were: exactly what a yes lets happen, its cost, and what was said."""

    id: str
    subject: str
    state: ApprovalState
    requester: str
    changes: tuple[Change, ...]
    cost: str
    tolerance_percent: int
    reasons: tuple[Violation, ...]
    missing: tuple[Requirement, ...]
    until: datetime
    words: tuple[Approval, ...]


class Story(Noun):
    """A run as it is told. `verdict` and `violations` are the gate's on the plan of `plan` (its digest)."""

    run: str
    tenant: str
    requester: str
    text: str
    state: State
    stages: tuple[Stage, ...]
    rows: tuple[Row, ...] = ()
    more_rows: int = 0
    verdict: Verdict | None = None
    violations: tuple[Violation, ...] = ()
    plan: str = ""
    cost: str = ""
    questions: tuple[Question, ...] = ()
    record: Record | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will be told, unless it is taken back by hand."""
        return self.record is not None


def tell(run: Run, entries: Sequence[Entry], asked: Sequence[Asked], tools: Mapping[str, Tool], now: datetime) -> Story:
    """The story of a run from its entries, oldest first, and the requests for approval about it."""
    bodies = [(entry.event.kind, entry.event.body) for entry in entries]
    last = dict(bodies)
    plan = Plan.model_validate(last["decided"]["plan"]) if "decided" in last else None
    decided = _judged(last, run.record)
    rows, more = _rows(last.get("allocated"))
    questions = tuple(_question(each, tools, now) for each in asked)
    return Story(
        run=run.id,
        tenant=run.tenant,
        requester=run.request.principal.id,
        text=run.request.text,
        state=_state(run, questions),
        stages=tuple(stage for kind, body in bodies if (stage := _stage(kind, body))),
        rows=rows,
        more_rows=more,
        verdict=decided.verdict if decided else None,
        violations=decided.violations if decided else (),
        plan=plan.digest if plan else "",
        cost=usd(cents(plan.cost.total)) if plan else "",
        questions=questions,
        record=run.record,
    )


def _state(run: Run, questions: Sequence[Question]) -> State:
    """A run is put down after its question is in the ledger, and nothing is told of that: an open question waits."""
    if run.record is not None:
        return run.record.state
    return "waiting" if any(question.state == "open" for question in questions) else run.state


def _judged(last: Mapping[str, Json], record: Record | None) -> Decision | None:
    """The newest word of the gate: after people were heard, what the record ends with."""
    if record is not None and record.decision is not None:
        return record.decision
    return Decision.model_validate(last["decided"]["decision"]) if "decided" in last else None


def _rows(body: Json | None) -> tuple[tuple[Row, ...], int]:
    if body is None:
        return (), 0
    allocation = Allocation(
        candidates=tuple(Candidate.model_validate(each) for each in body["candidates"]),
        chosen=body["chosen"],
        removed=body["removed"],
    )
    shown = _telling(allocation)
    return tuple(_row(allocation, index) for index in shown), len(allocation.candidates) - len(shown)


def _telling(allocation: Allocation) -> list[int]:
    """The chosen one, the best of each cloud, and then the next best."""
    firsts: dict[str, int] = {}
    for index, candidate in enumerate(allocation.candidates):
        firsts.setdefault(candidate.priced.offer.cloud, index)
    chosen = [] if allocation.chosen is None else [allocation.chosen]
    order = dict.fromkeys([*chosen, *firsts.values(), *range(len(allocation.candidates))])
    return sorted(list(order)[:SHOWN])


def _row(allocation: Allocation, index: int) -> Row:
    candidate = allocation.candidates[index]
    offer = candidate.priced.offer
    return Row(
        place=offer.place,
        machine=offer.machine or "bucket",
        purchase=offer.purchase.replace("_", "-"),
        cost=("~" if offer.estimate else "") + usd(cents(candidate.priced.cost.total)),
        verdict=candidate.decision.verdict,
        why=allocation.why_lost(index),
    )


def _question(asked: Asked, tools: Mapping[str, Tool], now: datetime) -> Question:
    request = asked.request
    return Question(
        id=request.id, subject=request.subject, state=asked.state(now), requester=request.requester,
        changes=changes(request, tools), cost=usd(request.cost_cents), tolerance_percent=request.tolerance_percent,
        reasons=request.violations, missing=lacking(request, asked.words), until=request.expires_at, words=asked.words,
    )  # fmt: skip


def _stage(kind: str, body: Json) -> Stage | None:
    """An event as a line; None for one that says nothing new to people."""
    said = _SAID.get(kind)
    return said(body) if said else None


def _made(body: Json) -> Stage:
    things = ", ".join(f"{r['kind']} {r['id']} in {r['region']}" for r in body["receipt"]["resources"])
    return Stage(
        mark="done", what=f"{body['step']['tool']} on {body['step']['cloud']}" + (f": {things}" if things else "")
    )


def _verdict(body: Json) -> Stage:
    verdict = body["decision"]["verdict"]
    marks: dict[str, Mark] = {"allow": "done", "ask": "waiting", "deny": "bad"}
    return Stage(mark=marks[verdict], what=f"The gate says {verdict}")


def _health(body: Json) -> Stage:
    well = all(each["status"] in ("healthy", "finished") for each in body["health"])
    return Stage(mark="done" if well else "bad", what="Verified" if well else "Not healthy")


_SAID: dict[str, Callable[[Json], Stage]] = {
    "requested": lambda body: Stage(mark="done", what="Taken in"),
    "parsed": lambda body: Stage(mark="done", what=f"Read by {body['reader']}"),
    "allocated": lambda body: Stage(mark="done", what=f"{len(body['candidates'])} candidates priced"),
    "no_offer": lambda body: Stage(mark="bad", what=body["trouble"]["message"]),
    "decided": _verdict,
    "approval.approved": lambda body: Stage(mark="done", what=f"{body['word']['approver']} said yes"),
    "approval.denied": lambda body: Stage(mark="bad", what=f"{body['word']['approver']} said no"),
    "approval.expired": lambda body: Stage(mark="bad", what="Nobody answered in time"),
    "approval.revoked": lambda body: Stage(mark="bad", what=f"The question was taken back by {body['by']}"),
    "deferred": lambda body: Stage(mark="waiting", what=f"Later: {body['why']}"),
    "gate.unavailable": lambda body: Stage(mark="waiting", what=f"Waiting: {body['reason']}"),
    "run.resumed": lambda body: Stage(mark="going", what=f"Goes on after waiting for {body['waited_for']}"),
    "run.cancel_asked": lambda body: Stage(mark="bad", what=f"Cancelled by {body['by']}"),
    "step.done": _made,
    "step.failed": lambda body: Stage(mark="bad", what=f"{body['trouble']['code']}: {body['trouble']['message']}"),
    "verified": _health,
    "rolled_back": lambda body: Stage(mark="bad", what=f"Rolled back: {body['trouble']['message']}"),
}  # fmt: skip
