"""GitHub's way out: comments that are edited in place, and a check run on a pull request's newest commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from functions.webhooks.github import render
from functions.webhooks.github.client import Hub
from workflow.answers.post import Part
from workflow.answers.story import Story
from workflow.model.base import Json


@dataclass(frozen=True)
class GitHubPost:
    """The Post port. A reference is a comment's or a check run's number. Only an app may have check runs."""

    hub: Hub

    def parts(self, story: Story, address: Json) -> Sequence[Part]:
        """The comments, and the check of a pull request."""
        return render.parts(story, pull=address.get("pull", False), checks=bool(self.hub.app))

    def note(self, note: Json, address: Json) -> Part:
        """A single word. GitHub has no private ones."""
        return render.note(note["text"])

    async def send(self, address: Json, part: Part, mark: str, ref: str) -> str:
        """Made, or edited."""
        if part.name == "check":
            return await self._send_check(address, part, mark, ref)
        body = {"body": f"{part.payload['body']}\n\n{_marked(mark)}"}
        path = f"comments/{ref}" if ref else f"{address['number']}/comments"
        answer = await self._call(address, "PATCH" if ref else "POST", f"issues/{path}", body)
        return str(answer["id"])

    async def find(self, address: Json, part: Part, mark: str) -> str:
        """A comment by the mark that only its source shows, a check by its external id."""
        if part.name == "check":
            checks = await self._call(
                address, "GET", f"commits/{await self._commit(address)}/check-runs?check_name=Tollgate&per_page=100"
            )
            found = [check for check in checks["check_runs"] if check["external_id"].startswith(mark)]
        else:
            since = f"since={address['since']}&per_page=100"
            comments = await self._call(address, "GET", f"issues/{address['number']}/comments?{since}")
            found = [comment for comment in comments if _marked(mark) in comment["body"]]
        return str(found[0]["id"]) if found else ""

    async def _send_check(self, address: Json, part: Part, mark: str, ref: str) -> str:
        fields = {name: value for name, value in part.payload.items() if name != "approval"}
        fields["external_id"] = f"{mark}/{part.payload['approval']}"
        if ref:
            answer = await self._call(address, "PATCH", f"check-runs/{ref}", fields)
        else:
            fields["head_sha"] = await self._commit(address)
            answer = await self._call(address, "POST", "check-runs", fields)
        return str(answer["id"])

    async def _commit(self, address: Json) -> str:
        pull = await self._call(address, "GET", f"pulls/{address['number']}")
        return str(pull["head"]["sha"])

    async def _call(self, address: Json, verb: str, path: str, body: Json | None = None) -> Any:
        return await self.hub.call(address["installation"], verb, f"/repos/{address['repository']}/{path}", body)


def _marked(mark: str) -> str:
    return f"<!-- tollgate {mark} -->"
