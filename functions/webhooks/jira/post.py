"""Jira's way out: comments that are edited in place, and the issue's status."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.webhooks.jira import render
from functions.webhooks.wire import send
from workflow.answers.post import Part
from workflow.answers.story import Story
from workflow.model.base import Json

PROPERTY = "tollgate"
LOOKED_AT = 100
"""Comments that are gone through for one that may have arrived."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JiraPost:
    """The Post port, as `user` with an API token. `transitions` has by a run's state the status that an issue gets."""

    url: str
    user: str
    token: str = field(repr=False)
    transitions: Mapping[str, str] = field(default_factory=dict)

    def parts(self, story: Story, address: Json) -> Sequence[Part]:
        """The comments, and the status."""
        return render.parts(story, self.transitions)

    def note(self, note: Json, address: Json) -> Part:
        """A single word."""
        return render.note(note["text"])

    async def send(self, address: Json, part: Part, mark: str, ref: str) -> str:
        """Made, edited, or moved."""
        if part.name == "status":
            await self._move(address, part.payload["to"])
            return mark
        fields = {**part.payload, "properties": [{"key": PROPERTY, "value": {"mark": mark}}]}
        path = f"comment/{ref}" if ref else "comment"
        answer = await self._call("PUT" if ref else "POST", address, path, fields)
        return str(answer["id"])

    async def find(self, address: Json, part: Part, mark: str) -> str:
        """A comment by its property. Moving twice is moving once."""
        if part.name == "status":
            return ""
        newest = {"expand": "properties", "orderBy": "-created", "maxResults": str(LOOKED_AT)}
        answer = await self._call("GET", address, "comment", params=newest)
        for comment in answer["comments"]:
            if {"key": PROPERTY, "value": {"mark": mark}} in comment.get("properties", []):
                return str(comment["id"])
        return ""

    async def _move(self, address: Json, status: str) -> None:
        """Where the issue's workflow has no way there, it stays where it is: that is its owners' business."""
        issue = await self._call("GET", address, "", params={"fields": "status"})
        if issue["fields"]["status"]["name"].casefold() == status.casefold():
            return
        found = await self._call("GET", address, "transitions")
        ways = [way["id"] for way in found["transitions"] if way["to"]["name"].casefold() == status.casefold()]
        if not ways:
            log.warning("an issue cannot be moved", extra={"issue": address["issue"], "status": status})
            return
        await self._call("POST", address, "transitions", {"transition": {"id": ways[0]}})

    async def _call(
        self, method: str, address: Json, path: str, body: Json | None = None, params: Mapping[str, str] | None = None
    ) -> Any:
        pair = base64.b64encode(f"{self.user}:{self.token}".encode()).decode()
        url = f"{self.url.rstrip('/')}/rest/api/2/issue/{address['issue']}/{path}".rstrip("/")
        return await send(method, url, {"authorization": f"Basic {pair}"}, body, params=params)
