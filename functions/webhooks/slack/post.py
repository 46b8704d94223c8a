"""Slack's way out: a message is posted once, found again by its metadata, and edited in place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from functions.webhooks.slack import render
from functions.webhooks.slack.client import Slack
from workflow.answers.post import Part
from workflow.answers.story import Story
from workflow.model.base import Json

EVENT = "tollgate_message"
LOOKED_AT = 200
"""Messages that are gone through for one that may have arrived."""


@dataclass(frozen=True)
class SlackPost:
    """The Post port. A reference is `channel/timestamp`."""

    slack: Slack

    def parts(self, story: Story, address: Json) -> Sequence[Part]:
        """The run's message and its questions'."""
        return render.parts(story)

    def note(self, note: Json, address: Json) -> Part:
        """A single word."""
        return render.note(note["text"])

    async def send(self, address: Json, part: Part, mark: str, ref: str) -> str:
        """chat.postMessage, or chat.update."""
        metadata = json.dumps({"event_type": EVENT, "event_payload": {"mark": mark}})
        fields = {"text": part.payload["text"], "blocks": json.dumps(part.payload["blocks"]), "metadata": metadata}
        if ref:
            channel, time = ref.split("/")
            await self.slack.call("chat.update", {**fields, "channel": channel, "ts": time})
            return ref
        where = {"channel": address["channel"], "unfurl_links": "false", **_thread(address)}
        answer = await self.slack.call("chat.postMessage", {**fields, **where})
        return f"{answer['channel']}/{answer['ts']}"

    async def find(self, address: Json, part: Part, mark: str) -> str:
        """By the mark in the metadata of the channel's, or the thread's, newest messages."""
        channel, thread = address["channel"], address.get("thread")
        method = "conversations.replies" if thread else "conversations.history"
        asked = {"channel": channel, "include_all_metadata": "true", "limit": str(LOOKED_AT)}
        found = await self.slack.call(method, asked | ({"ts": thread} if thread else {}))
        for message in found["messages"]:
            if message.get("metadata", {}).get("event_payload", {}).get("mark") == mark:
                return f"{channel}/{message['ts']}"
        return ""


def _thread(address: Json) -> Json:
    thread = address.get("thread")
    return {"thread_ts": thread} if thread else {}
