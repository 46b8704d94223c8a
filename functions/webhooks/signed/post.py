"""The generic door's way out: each change is posted to the sender's own address, signed with their own secret."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from functions.webhooks import prose
from functions.webhooks.signature import sha256_base64
from functions.webhooks.wire import send
from workflow.answers.post import Part
from workflow.answers.story import Question, Story
from workflow.model.base import Json
from workflow.model.ports import Clock


@dataclass(frozen=True)
class SignedPost:
    """`addresses` and `secrets` are by sender; who has no address is told nothing, and asks with `status`.

    A message's `webhook-id` follows from what it says, so that one that was sent twice is known by it.
    """

    addresses: Mapping[str, str]
    secrets: Mapping[str, bytes] = field(repr=False)
    clock: Clock

    def parts(self, story: Story, address: Json) -> Sequence[Part]:
        """The run, and each question."""
        if address["sender"] not in self.addresses:
            return ()
        return (Part(name="run", payload=_run(story)), *(_question(story, each) for each in story.questions))

    def note(self, note: Json, address: Json) -> Part:
        """A single word."""
        return Part(name="note", payload={"type": "note", "data": note})

    async def send(self, address: Json, part: Part, mark: str, ref: str) -> str:
        """Posted again for every change."""
        sender, name = address["sender"], f"{mark}.{part.digest[:12]}"
        time, content = str(int(self.clock.now().timestamp())), json.dumps(part.payload, ensure_ascii=False).encode()
        signature = sha256_base64(self.secrets[sender], f"{name}.{time}.".encode() + content)
        headers = {
            "content-type": "application/json", "webhook-id": name, "webhook-timestamp": time,
            "webhook-signature": f"v1,{signature}",
        }  # fmt: skip
        await send("POST", self.addresses[sender], headers, content=content)
        return mark

    async def find(self, address: Json, part: Part, mark: str) -> str:
        """Whatever arrived twice has the same `webhook-id`."""
        return ""


def _run(story: Story) -> Json:
    record = story.record
    data = {
        "run": story.run, "state": story.state, "stages": prose.progress(story), "verdict": story.verdict or "",
        "violations": [each.model_dump(mode="json") for each in story.violations],
        "plan": story.plan, "cost": story.cost,
        "candidates": [each.model_dump(mode="json") for each in story.rows],
        "record": record.model_dump(mode="json") if record else None,
    }  # fmt: skip
    return {"type": f"run.{story.state}", "data": data}


def _question(story: Story, question: Question) -> Part:
    data = {"run": story.run, **question.model_dump(mode="json"), "commands": list(prose.commands(question))}
    return Part(name=f"approval {question.id}", payload={"type": f"approval.{question.state}", "data": data})
