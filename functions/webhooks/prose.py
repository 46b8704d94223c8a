"""A run in plain words, for the doors whose messages are mostly text. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.answers.story import Mark, Question, Story
from workflow.control.approvals.diff import WORDS
from workflow.model.money import usd
from workflow.model.run import Record

MARKS: dict[Mark, str] = {"done": "✓", "going": "→", "waiting": "…", "bad": "✗"}
HEADS = {
    "running": "Under way", "waiting": "Waiting", "succeeded": "Done", "denied": "Denied", "failed": "Failed"
}  # fmt: skip
HEAD = ("place", "machine", "purchase", "cost", "verdict", "why it lost")


def title(story: Story) -> str:
    """How it stands, in a few words."""
    return f"{HEADS[story.state]}: run {story.run}"


def progress(story: Story) -> list[str]:
    """A line for each stage."""
    return [f"{MARKS[stage.mark]} {stage.what}" for stage in story.stages]


def rows(story: Story) -> list[tuple[str, ...]]:
    """The candidates under a head; empty where there are none yet."""
    found = [(r.place, r.machine, r.purchase, r.cost, r.verdict, r.why or "chosen") for r in story.rows]
    return [HEAD, *found] if found else []


def verdict(story: Story) -> list[str]:
    """What the gate says, with every reason and remedy."""
    if not story.verdict:
        return []
    cost = f", cost {story.cost}" if story.cost else ""
    return [f"The gate: {story.verdict}{cost}", *(f"{v.code}: {v.message} {v.remedy}" for v in story.violations)]


def result(record: Record) -> list[str]:
    """What came of it: state, cost, what exists now, what was left behind, and where the record is."""
    return list(_result(record))


def _result(record: Record) -> Iterator[str]:
    yield f"{record.state}: {record.reason}"
    if record.state == "succeeded":
        saved = f", {usd(record.savings.against_median_cents)} below the median" if record.savings else ""
        yield f"Cost {usd(record.cost_cents)}{saved}"
    if record.remedy:
        yield record.remedy
    if record.code == "UNCLEAR":
        yield f"Answer with: /tollgate answer {record.run} WORDS"
    for resource in record.resources:
        yield f"{resource.kind} {resource.id} in {resource.cloud}/{resource.region}"
    for remnant in record.left_behind:
        yield f"left behind on {remnant.cloud}/{remnant.region}: {remnant.message} {remnant.remedy}"
    yield f"Record: tollgate runs show {record.run}; proof: tollgate ledger verify"


def changed(question: Question) -> list[str]:
    """What a yes lets happen, a line each."""
    return [f"{each.sign} {WORDS[each.sign]} {each.title} {each.where} {each.cost}" for each in question.changes]


def asked(question: Question) -> list[str]:
    """The question around it: what it costs, why somebody is asked, and whose yes it takes until when."""
    tolerance = f"; void if it rises by more than {question.tolerance_percent} %" if question.tolerance_percent else ""
    who = "; ".join(
        f"{need.people} of {', '.join(need.roles)}" + ("" if need.own else ", not who asked")
        for need in question.missing
    )
    return [
        f"It costs {question.cost}{tolerance}.",
        *(f"{why.code}: {why.message}" for why in question.reasons),
        f"A yes takes {who}, until {question.until:%Y-%m-%d %H:%M} UTC. Nobody's answer is a no.",
    ]


def commands(question: Question) -> tuple[str, str]:
    """What to write for a yes and for a no to exactly this."""
    about = f"{question.id} {question.subject[:12]}"
    return f"/tollgate approve {about}", f"/tollgate deny {about}"


def said(question: Question) -> list[str]:
    """Who has said what, and when."""
    return [
        f"{word.approver} said {'yes' if word.approved else 'no'} at {word.decided_at:%Y-%m-%d %H:%M} UTC"
        + (f": {word.reason}" if word.reason else "")
        for word in question.words
    ]


def decided(question: Question) -> list[str]:
    """How it ended, and by whom."""
    match question.state:
        case "approved" | "used":
            return ["Approved", *said(question)]
        case "denied":
            return ["Denied", *said(question)]
        case "expired":
            return [f"Denied: nobody answered by {question.until:%Y-%m-%d %H:%M} UTC."]
    return ["Taken back: nothing is asked any more.", *said(question)]
