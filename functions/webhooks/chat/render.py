"""A run as Google Chat's cards: one that is edited as the run goes on, and one for each question. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from functions.webhooks import prose
from functions.webhooks.chat.door import APPROVE, DENY
from workflow.answers.post import Part
from workflow.answers.story import Question, Story
from workflow.model.base import Json

MOST = 4_000
"""Characters of a paragraph."""


def parts(story: Story) -> tuple[Part, ...]:
    """The run's card, then each question's."""
    return (
        _card("run", prose.title(story), story.requester, _run(story)),
        *(_asked(story, q) for q in story.questions),
    )


def note(text: str) -> Part:
    """A single word."""
    return Part(name="note", payload={"text": text[:MOST]})


def paragraph(lines: Sequence[str]) -> Json:
    """Lines that mean nothing to Chat."""
    return {"textParagraph": {"text": "<br>".join(html.escape(line) for line in lines)[:MOST]}}


def _card(name: str, title: str, subtitle: str, widgets: Iterator[Json]) -> Part:
    header = {"title": title[:200], "subtitle": subtitle[:200]}
    card = {"header": header, "sections": [{"widgets": list(widgets)}]}
    identity = "".join(c if c.isalnum() else "-" for c in name)
    return Part(name=name, payload={"text": title, "cardsV2": [{"cardId": identity, "card": card}]})


def _run(story: Story) -> Iterator[Json]:
    yield paragraph([f"{story.requester} of {story.tenant} asked: {story.text}"])
    yield paragraph(prose.progress(story))
    for place, machine, purchase, cost, verdict, why in prose.rows(story)[1:]:
        yield {
            "decoratedText": {
                "topLabel": f"{place}  {machine}  {purchase}", "text": f"{cost}  {verdict}", "bottomLabel": why
            }
        }  # fmt: skip
    if story.verdict:
        yield paragraph(prose.verdict(story))
    if story.record:
        yield paragraph(prose.result(story.record))


def _asked(story: Story, question: Question) -> Part:
    title = f"Approval {question.id}: {question.cost}"
    return _card(f"approval {question.id}", title, f"for run {story.run}", _question(question))


def _question(question: Question) -> Iterator[Json]:
    for change in question.changes:
        details = [f"{name} = {value}" for name, value in change.details]
        yield paragraph([f"{change.sign} {change.title} {change.where} {change.cost}", *details])
    if question.state != "open":
        yield paragraph(prose.decided(question))
        return
    yield paragraph([*prose.asked(question), *prose.said(question)])
    yield {"buttonList": {"buttons": [_button("Approve", APPROVE, question), _button("Deny", DENY, question)]}}


def _button(label: str, name: str, question: Question) -> Json:
    bound = [{"key": "approval", "value": question.id}, {"key": "subject", "value": question.subject}]
    return {"text": label, "onClick": {"action": {"function": name, "parameters": bound}}}
