"""A run as GitHub shows it: a comment with the plan's table, one for each question, and a check run. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from functions.webhooks import prose
from workflow.answers.post import Part
from workflow.answers.story import Question, Story
from workflow.control.approvals.diff import Change
from workflow.model.base import Json

MOST = 60_000
"""Characters of a comment or a summary; GitHub takes 65,536."""
_CONCLUSIONS = {"succeeded": "success", "denied": "failure", "failed": "failure", "waiting": "action_required"}


def parts(story: Story, *, pull: bool, checks: bool) -> tuple[Part, ...]:
    """The run's comment, the questions', and for a pull request the check run."""
    check = (_check(story),) if pull and checks else ()
    comments = [_comment("run", _run(story))]
    comments += [_comment(f"approval {each.id}", _question(each, buttons=bool(check))) for each in story.questions]
    return (*comments, *check)


def note(text: str) -> Part:
    """A single word."""
    return _comment("note", [quoted(text)])


def plain(text: str) -> str:
    """Text that means nothing in Markdown: nobody is mentioned, nothing linked, no row ended."""
    text = re.sub(r"([\\`*_{}\[\]<>|#~])", r"\\\1", " ".join(text.split()))
    return text.replace("@", "@\u200b")


def quoted(text: str) -> str:
    """Somebody's words as they are, in a block that they cannot end."""
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=2) + 1)
    fence = fence if len(fence) > 2 else "```"
    return f"{fence}\n{text}\n{fence}"


def _comment(name: str, paragraphs: Sequence[str]) -> Part:
    return Part(name=name, payload={"body": "\n\n".join(paragraphs)[:MOST]})


def _run(story: Story) -> list[str]:
    return [f"### {plain(prose.title(story))}", *_told(story)]


def _told(story: Story) -> Iterator[str]:
    yield f"{plain(story.requester)} of {plain(story.tenant)} asked:"
    yield quoted(story.text)
    yield "\n".join(f"- {plain(line)}" for line in prose.progress(story))
    if found := prose.rows(story):
        yield "\n".join([_row(found[0]), _row(["---"] * len(found[0])), *(_row(map(plain, row)) for row in found[1:])])
    if story.verdict:
        yield "\n".join([f"**{plain(prose.verdict(story)[0])}**", *(f"- {plain(v)}" for v in prose.verdict(story)[1:])])
    if story.record:
        yield "\n".join(f"- {plain(line)}" for line in prose.result(story.record))


def _row(cells: Sequence[str] | Iterator[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _question(question: Question, *, buttons: bool) -> list[str]:
    paragraphs = [f"### Approval {question.id}: {question.cost}", _diff(question)]
    if question.state != "open":
        return [*paragraphs, "\n".join(f"- {plain(line)}" for line in prose.decided(question))]
    yes, no = prose.commands(question)
    how = "Press **Approve** or **Deny** at the check, or write" if buttons else "Write"
    lines = [*prose.asked(question), *prose.said(question)]
    return [*paragraphs, "\n".join(f"- {plain(line)}" for line in lines), f"{how} one of", f"```\n{yes}\n{no}\n```"]


def _diff(question: Question) -> str:
    lines = [line for change in question.changes for line in _change(change)]
    return "```diff\n" + "\n".join(lines).replace("`", "'") + "\n```"


def _change(change: Change) -> Iterator[str]:
    sign = "!" if change.sign == "~" else change.sign
    yield f"{sign} {change.title} {change.where} {change.cost}"
    for name, value in change.details:
        yield f"  {name} = {' '.join(value.split())}"


def _check(story: Story) -> Part:
    """Waiting for people it is completed as `action_required`, with the buttons."""
    asking = (
        next((each for each in story.questions if each.state == "open"), None) if story.state == "waiting" else None
    )
    state = "waiting" if asking else story.state
    payload: Json = {
        "name": "Tollgate",
        "status": "completed" if state in _CONCLUSIONS and (asking or story.ended) else "in_progress",
        "output": {"title": prose.title(story), "summary": "\n\n".join(_told(story))[:MOST]},
        "approval": asking.id if asking else "",
        "actions": _buttons(asking) if asking else [],
    }
    if payload["status"] == "completed":
        payload["conclusion"] = _CONCLUSIONS[state]
    return Part(name="check", payload=payload)


def _buttons(question: Question) -> list[Json]:
    """GitHub takes 20 characters for what a button means: the word and the digest's first twelve digits."""
    cost = f"Let exactly this happen, for {question.cost}"[:40]
    return [
        {"label": "Approve", "description": cost, "identifier": f"approve:{question.subject[:12]}"},
        {"label": "Deny", "description": "Let nothing of this happen", "identifier": f"deny:{question.subject[:12]}"},
    ]
