"""A run as Slack's messages: one that is edited as the run goes on, and one for each question to people. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator

from functions.webhooks.slack.blocks import button, context, escape, header, section, table
from functions.webhooks.slack.read import APPROVE, DENY, DETAILS
from workflow.answers.post import Part
from workflow.answers.story import Mark, Question, Story
from workflow.control.approvals.diff import WORDS
from workflow.model.base import Json
from workflow.model.money import usd
from workflow.model.run import Record

MARKS: dict[Mark, str] = {"done": "✓", "going": "→", "waiting": "…", "bad": "✗"}
HEADS = {
    "running": "Under way", "waiting": "Waiting", "succeeded": "Done", "denied": "Denied", "failed": "Failed"
}  # fmt: skip


def parts(story: Story) -> tuple[Part, ...]:
    """The run's message, then each question's."""
    return (_run(story), *(_asked(story, question) for question in story.questions))


def note(text: str) -> Part:
    """A single word."""
    return Part(name="note", payload={"text": text, "blocks": [section(escape(text))]})


def _run(story: Story) -> Part:
    title = f"{HEADS[story.state]}: run {story.run}"
    return Part(name="run", payload={"text": title, "blocks": list(_run_blocks(story, title))})


def _run_blocks(story: Story, title: str) -> Iterator[Json]:
    yield header(title)
    yield context(f"{escape(story.requester)} of {escape(story.tenant)} asked: {escape(story.text)}")
    yield section("\n".join(f"{MARKS[stage.mark]} {escape(stage.what)}" for stage in story.stages) or "…")
    if story.rows:
        head = ("place", "machine", "purchase", "cost", "verdict", "why it lost")
        rows = [(r.place, r.machine, r.purchase, r.cost, r.verdict, r.why or "chosen") for r in story.rows]
        yield table([head, *rows])
        if story.more_rows:
            yield context(f"and {story.more_rows} more candidates: `tollgate runs show {story.run} --all`")
    if story.verdict:
        yield section("\n".join(_verdict(story)))
    if story.record:
        yield section("\n".join(_record(story.record)))


def _verdict(story: Story) -> Iterator[str]:
    yield f"*The gate: {story.verdict}*" + (f", cost {story.cost}" if story.cost else "")
    for violation in story.violations:
        yield f"`{violation.code}` {escape(violation.message)} _{escape(violation.remedy)}_"


def _record(record: Record) -> Iterator[str]:
    yield f"*{record.state}* {escape(record.reason)}"
    if record.state == "succeeded":
        saved = f", {usd(record.savings.against_median_cents)} below the median" if record.savings else ""
        yield f"Cost *{usd(record.cost_cents)}*{saved}"
    if record.remedy:
        yield f"_{escape(record.remedy)}_"
    if record.code == "UNCLEAR":
        yield f"Answer with `/tollgate answer {record.run} …`"
    for resource in record.resources:
        yield f"• {resource.kind} `{escape(resource.id)}` in {resource.cloud}/{resource.region}"
    for remnant in record.left_behind:
        yield f"• left behind on {remnant.cloud}/{remnant.region}: {escape(remnant.message)} _{escape(remnant.remedy)}_"
    yield f"Proof: `tollgate ledger verify`, record: `tollgate runs show {record.run}`"


def _asked(story: Story, question: Question) -> Part:
    title = f"Approval {question.id}: {question.cost} for run {story.run}"
    blocks = [header(title), *_what(question)]
    blocks += _buttons(question) if question.state == "open" else [section(closed(question))]
    return Part(name=f"approval {question.id}", payload={"text": title, "blocks": blocks})


def _what(question: Question) -> Iterator[Json]:
    yield context(f"{escape(question.requester)} asks for exactly this. Plan `{question.subject[:16]}`")
    lines = [
        f"*{change.sign} {WORDS[change.sign]}* `{change.title}` {escape(change.where)}  {change.cost}"
        for change in question.changes
    ]
    yield section("\n".join(lines) or "nothing")
    tolerance = f"; void if it rises by more than {question.tolerance_percent} %" if question.tolerance_percent else ""
    yield section(f"It costs *{question.cost}*{tolerance}")
    yield section("\n".join(f"`{why.code}` {escape(why.message)}" for why in question.reasons) or "Somebody is asked.")


def _buttons(question: Question) -> list[Json]:
    bound = json.dumps({"approval": question.id, "subject": question.subject})
    who = "; ".join(
        f"{need.people} of {', '.join(need.roles)}" + ("" if need.own else ", not who asked")
        for need in question.missing
    )
    said = [context(words(question))] if question.words else []
    return [
        *said,
        context(f"A yes takes {escape(who)}, until {question.until:%Y-%m-%d %H:%M} UTC. Nobody's answer is a no."),
        {
            "type": "actions",
            "elements": [
                button(APPROVE, "Approve", bound, "primary", f"Let exactly this happen, for {question.cost}?"),
                button(DENY, "Deny", bound, "danger", "Let nothing of this happen?"),
                button(DETAILS, "Details", bound),
            ],
        },
    ]


def words(question: Question) -> str:
    """Who has said what, and when."""
    return "\n".join(
        f"{escape(word.approver)} said {'yes' if word.approved else 'no'} at {word.decided_at:%Y-%m-%d %H:%M} UTC"
        + (f": {escape(word.reason)}" if word.reason else "")
        for word in question.words
    )


def closed(question: Question) -> str:
    """What stands where the buttons were."""
    match question.state:
        case "approved" | "used":
            return f"*Approved*\n{words(question)}"
        case "denied":
            return f"*Denied*\n{words(question)}"
        case "expired":
            return f"*Denied*: nobody answered by {question.until:%Y-%m-%d %H:%M} UTC."
    return "*Taken back*: nothing is asked any more." + (f"\n{words(question)}" if question.words else "")
