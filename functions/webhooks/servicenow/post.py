"""ServiceNow's way out: comments and work notes, which can only be added, and the record's approval."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.webhooks import prose
from functions.webhooks.wire import send
from workflow.answers.post import Part
from workflow.answers.story import Question, Story
from workflow.model.base import Json

MOST = 15_000
"""Characters of a journal entry."""
_APPROVALS = {"open": "requested", "approved": "approved", "used": "approved"}


@dataclass(frozen=True)
class ServiceNowPost:
    """The Post port, as `user`. A journal cannot be edited: each part is written once, when it can be said whole."""

    url: str
    user: str
    password: str = field(repr=False)

    def parts(self, story: Story, address: Json) -> Sequence[Part]:
        """That it was taken in, each question and its answer, the approval's state, and the end."""
        return tuple(_parts(story))

    def note(self, note: Json, address: Json) -> Part:
        """A single word, for those who work on the record and not for who asked."""
        return Part(name="note", payload={"work_notes": note["text"]})

    async def send(self, address: Json, part: Part, mark: str, ref: str) -> str:
        """Added to the record; the approval's state is set."""
        fields = {
            name: f"{value[:MOST]}\n[tollgate {mark}]" if name in ("comments", "work_notes") else value
            for name, value in part.payload.items()
        }
        if not ref or part.name == "approval state":
            await self._call("PATCH", f"{address['table']}/{address['record']}", fields)
        return mark

    async def find(self, address: Json, part: Part, mark: str) -> str:
        """By the mark in the record's journal. Setting the approval twice is setting it once."""
        if part.name == "approval state":
            return ""
        query = f"element_id={address['record']}^valueLIKE[tollgate {mark}]"
        params = {"sysparm_query": query, "sysparm_limit": "1", "sysparm_fields": "sys_id"}
        found = await self._call("GET", "sys_journal_field", params=params)
        return mark if found["result"] else ""

    async def _call(
        self, method: str, path: str, body: Json | None = None, params: dict[str, str] | None = None
    ) -> Any:
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers = {"authorization": f"Basic {pair}", "accept": "application/json"}
        return await send(method, f"{self.url.rstrip('/')}/api/now/table/{path}", headers, body, params=params)


def _parts(story: Story) -> Iterator[Part]:
    yield _comment("taken in", [f"Tollgate took this in as run {story.run}: {story.text}"])
    for question in story.questions:
        yield _comment(f"approval {question.id}", list(_asked(question)))
        if question.state != "open":
            yield _comment(f"approval {question.id} decided", [f"Approval {question.id}:", *prose.decided(question)])
    if story.questions:
        state = _APPROVALS.get(story.questions[-1].state, "rejected")
        yield Part(name="approval state", payload={"approval": state})
    if story.record:
        table = ["  ".join(row) for row in prose.rows(story)]
        lines = [prose.title(story), *table, *prose.verdict(story), *prose.result(story.record)]
        yield _comment("ended", lines)


def _asked(question: Question) -> Iterator[str]:
    """Only what stays true: it cannot be edited when somebody has answered."""
    yield f"Approval {question.id} is asked for: {question.cost}"
    for change in question.changes:
        yield f"{change.sign} {change.title} {change.where} {change.cost}"
        yield from (f"    {name} = {value}" for name, value in change.details)
    yield from (f"{why.code}: {why.message}" for why in question.reasons)
    yield f"Until {question.until:%Y-%m-%d %H:%M} UTC; nobody's answer is a no. Write one of"
    yield from prose.commands(question)


def _comment(name: str, lines: list[str]) -> Part:
    return Part(name=name, payload={"comments": "\n".join(lines)})
