"""A run in words and fields for an agent: how it stands, what happened, and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from functions.runs_mcp.contracts import ExplainOutput, Lost, News, Why
from mcp_handlers.tools.contract import Tool
from workflow.control.approvals.diff import WORDS, changes
from workflow.deploy.candidates import Allocation, Candidate
from workflow.model.approval import ApprovalRequest
from workflow.model.base import Json
from workflow.model.decision import Decision, Violation
from workflow.model.money import cents, usd
from workflow.model.ports import Entry
from workflow.model.run import Run

SHOWN = 5
"""Candidates that lost which are told of."""


def standing(run: Run, approval_url: str) -> dict[str, Any]:
    """The fields of a RunOutput."""
    record = run.record
    question = record.remedy if record is not None and record.code == "UNCLEAR" else ""
    return {
        "run": run.id, "state": run.state, "text": run.request.text, "waits_for": run.waits_for, "question": question,
        "approval_url": approval_url, "code": record.code if record else "", "reason": record.reason if record else "",
        "remedy": record.remedy if record else "", "place": record.offer.place if record and record.offer else "",
        "cost_cents": record.cost_cents if record else None, "next_step": _next(run, question, approval_url),
    }  # fmt: skip


def _next(run: Run, question: str, approval_url: str) -> str:
    if question:
        return f"Call answer_run with the answer to: {question}"
    if approval_url:
        return f"A person has to decide at {approval_url}. Then call follow_run."
    if run.record is None:
        return "Call follow_run with wait_seconds to hear what comes of it."
    return "Nothing more happens to this run; explain_run says why it came to this."


def news(entry: Entry) -> News:
    """One entry in a sentence."""
    event = entry.event
    say = _SAYS.get(event.kind)
    says = say(event.body) if say else event.kind.replace(".", " ").replace("_", " ")
    return News(number=entry.seq, kind=event.kind, at=event.at.isoformat(timespec="seconds"), says=says)


def _decided(body: Json) -> str:
    decision = Decision.model_validate(body["decision"])
    return f"The gate says {decision.verdict}{_codes(decision.violations)}."


def _said(body: Json) -> str:
    return f"{body['word']['approver']} said {'yes' if body['word']['approved'] else 'no'}."


def _done(body: Json) -> str:
    made = ", ".join(f"{each['kind']} {each['id']}" for each in body["receipt"]["resources"])
    return f"{body['step']['tool']} is done{': ' + made if made else ''}."


def _trouble(body: Json) -> str:
    return f"{body['trouble']['code']}: {body['trouble']['message']}"


_SAYS: dict[str, Callable[[Json], str]] = {
    "requested": lambda body: "It was taken in.",
    "parsed": lambda body: f"It was read as {body['workload']['kind']} work, by {body['reader']}.",
    "allocated": lambda body: f"{len(body['candidates'])} offers were compared.",
    "decided": _decided,
    "approval.asked": lambda body: "Somebody has to decide on it.",
    "approval.approved": _said,
    "approval.denied": _said,
    "step.done": _done,
    "step.failed": _trouble,
    "rolled_back": _trouble,
    "finished": lambda body: f"It ended {body['record']['state']}: {body['record']['reason']}",
}


def _codes(violations: Sequence[Violation]) -> str:
    return f", because of {', '.join(each.code for each in violations)}" if violations else ""


def explained(run: Run, approval_url: str, entries: Sequence[Entry]) -> ExplainOutput:
    """Why it came to this, from what the ledger says was known."""
    bodies = {entry.event.kind: entry.event.body for entry in entries}
    compared = bodies.get("allocated")
    allocation = _allocation(compared) if compared else None
    decision = _decision(run, bodies)
    return ExplainOutput(
        **standing(run, approval_url),
        understood=_understood(bodies.get("parsed", {}).get("workload", {})),
        assumed=tuple(bodies.get("planned", {}).get("brief", {}).get("assumptions", ())),
        compared=len(allocation.candidates) if allocation else 0,
        lost=_lost(allocation) if allocation else (),
        verdict=decision.verdict if decision else "",
        violations=tuple(map(_why, decision.violations)) if decision else (),
        resources=run.record.resources if run.record else (),
    )


def _understood(workload: Json) -> dict[str, str]:
    """What the words were read as; what was not said is left out."""
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in workload.items()
        if value not in (None, "", [], 0, False, "any")
    }


def _allocation(body: Json) -> Allocation:
    found = tuple(Candidate.model_validate(each) for each in body["candidates"])
    return Allocation(candidates=found, chosen=body["chosen"], removed=body["removed"])


def _lost(allocation: Allocation) -> tuple[Lost, ...]:
    losers = [index for index in range(len(allocation.candidates)) if index != allocation.chosen]
    return tuple(_loser(allocation, index) for index in losers[:SHOWN])


def _loser(allocation: Allocation, index: int) -> Lost:
    each = allocation.candidates[index]
    offer = each.priced.offer
    return Lost(
        place=offer.place, machine=offer.machine, purchase=offer.purchase, total_cents=cents(each.priced.cost.total),
        verdict=each.decision.verdict, why=allocation.why_lost(index),
    )  # fmt: skip


def _decision(run: Run, bodies: Mapping[str, Json]) -> Decision | None:
    """The record's, else the last that the plan was judged by."""
    if run.record is not None and run.record.decision is not None:
        return run.record.decision
    return Decision.model_validate(bodies["decided"]["decision"]) if "decided" in bodies else None


def _why(violation: Violation) -> Why:
    return Why(code=violation.code, message=violation.message, remedy=violation.remedy)


def would_do(request: ApprovalRequest, tools: Mapping[str, Tool]) -> dict[str, Any]:
    """What a yes would let happen, line by line, and why somebody is asked."""
    lines = tuple(f"{WORDS[each.sign]} {each.title} in {each.where}, {each.cost}" for each in changes(request, tools))
    total = f"in all {usd(request.cost_cents)}"
    return {"would_do": (*lines, total), "asked_because": tuple(map(_why, request.violations))}
