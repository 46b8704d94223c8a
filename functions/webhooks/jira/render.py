"""A run as Jira shows it, in its wiki markup. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from functions.webhooks import prose
from workflow.answers.post import Part
from workflow.answers.story import Question, Story

MOST = 30_000
"""Characters of a comment; Jira takes 32,767."""


def parts(story: Story, transitions: Mapping[str, str]) -> tuple[Part, ...]:
    """The run's comment, each question's, and the status that the issue is moved to, where one is set."""
    comments = [_comment("run", _run(story)), *(_comment(f"approval {q.id}", _question(q)) for q in story.questions)]
    status = transitions.get(story.state)
    return (*comments, Part(name="status", payload={"to": status})) if status else tuple(comments)


def note(text: str) -> Part:
    """A single word."""
    return _comment("note", iter([_quoted(text)]))


def plain(text: str) -> str:
    """Text that means nothing in wiki markup: nobody is mentioned, nothing linked, no cell ended."""
    return re.sub(r"([\\{}\[\]|*_+^~?!#-])", r"\\\1", " ".join(text.split()))


def _quoted(text: str) -> str:
    return "{noformat}" + text.replace("{noformat}", "{ noformat}") + "{noformat}"


def _comment(name: str, paragraphs: Iterator[str]) -> Part:
    return Part(name=name, payload={"body": "\n\n".join(paragraphs)[:MOST]})


def _run(story: Story) -> Iterator[str]:
    yield f"h4. {plain(prose.title(story))}"
    yield f"{plain(story.requester)} of {plain(story.tenant)} asked:"
    yield _quoted(story.text)
    yield "\n".join(f"* {plain(line)}" for line in prose.progress(story))
    if found := prose.rows(story):
        head = "||" + "||".join(found[0]) + "||"
        yield "\n".join([head, *("|" + "|".join(plain(cell) or " " for cell in row) + "|" for row in found[1:])])
    if story.verdict:
        yield "\n".join(f"* {plain(line)}" for line in prose.verdict(story))
    if story.record:
        yield "\n".join(f"* {plain(line)}" for line in prose.result(story.record))


def _question(question: Question) -> Iterator[str]:
    yield f"h4. Approval {plain(question.id)}: {plain(question.cost)}"
    lines = [f"{change.sign} {change.title} {change.where} {change.cost}" for change in question.changes]
    details = [f"    {name} = {value}" for change in question.changes for name, value in change.details]
    yield _quoted("\n".join([*lines, *details]))
    if question.state == "open":
        yield "\n".join(f"* {plain(line)}" for line in [*prose.asked(question), *prose.said(question)])
        yield "Write one of"
        yield _quoted("\n".join(prose.commands(question)))
    else:
        yield "\n".join(f"* {plain(line)}" for line in prose.decided(question))
