"""A Jira of ours: an issue's comments, status and transitions, as its REST reference has them; what it sends."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.services.slack_sends import Sent

SECRET, USER, TOKEN, ISSUE = "It's a Secret to Everybody", "bot@example.com", "jira-token", "OPS-7"
WAYS = {"11": "To Do", "21": "In Progress", "31": "Done"}


@dataclass
class JiraService:
    """One issue. `moves` are the statuses that it came to."""

    comments: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: str = "To Do"
    moves: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        """The REST API, version 2."""
        place = f"/rest/api/2/issue/{ISSUE}"
        routes = [
            Route(place, self._issue, methods=["GET"]),
            Route(f"{place}/comment", self._comments, methods=["GET", "POST"]),
            Route(f"{place}/comment/{{id}}", self._edit, methods=["GET", "PUT"]),
            Route(f"{place}/transitions", self._transitions, methods=["GET", "POST"]),
        ]
        return Starlette(routes=routes)

    async def _issue(self, request: Request) -> Response:
        if not _known(request):
            return JSONResponse({"errorMessages": ["You do not have permission."]}, 401)
        url = str(request.url).split("?")[0]
        return JSONResponse({"id": "1", "key": ISSUE, "self": url, "fields": {"status": {"name": self.status}}})

    async def _comments(self, request: Request) -> Response:
        if not _known(request):
            return JSONResponse({"errorMessages": ["You do not have permission."]}, 401)
        if request.method == "GET":
            newest = list(self.comments.values())[::-1]
            shown = [c if request.query_params.get("expand") == "properties" else _bare(c) for c in newest]
            return JSONResponse({"startAt": 0, "maxResults": 100, "total": len(shown), "comments": shown})
        fields = await request.json()
        if not 0 < len(fields["body"]) <= 32_767:
            return JSONResponse({"errorMessages": [], "errors": {"comment": "too long"}}, 400)
        name = str(10_000 + len(self.comments))
        url = f"{str(request.url).split('?')[0]}/{name}"
        self.comments[name] = {"id": name, "self": url, "properties": [], **fields}
        return JSONResponse(_bare(self.comments[name]), 201)

    async def _edit(self, request: Request) -> Response:
        found = self.comments[request.path_params["id"]]
        if request.method == "PUT":
            found.update(await request.json())
        return JSONResponse(_bare(found))

    async def _transitions(self, request: Request) -> Response:
        if request.method == "GET":
            ways = [{"id": name, "name": f"to {to}", "to": {"name": to}} for name, to in WAYS.items()]
            return JSONResponse({"transitions": ways})
        self.status = WAYS[str((await request.json())["transition"]["id"])]
        self.moves.append(self.status)
        return Response(status_code=204)


def _known(request: Request) -> bool:
    pair = base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
    return request.headers.get("authorization") == f"Basic {pair}"


def _bare(comment: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in comment.items() if name != "properties"}


def comment(text: str, user: str, number: int = 1, *, at: datetime | None = None) -> Sent:
    """Somebody's new comment, signed as Jira signs it."""
    when = at or datetime.now(UTC)
    author = {"accountId": user, "displayName": user, "active": True, "accountType": "atlassian"}
    written = {
        "id": str(10_100 + number),
        "author": author,
        "body": text,
        "created": f"{when:%Y-%m-%dT%H:%M:%S.000+0000}",
    }
    body = {
        "timestamp": int(when.timestamp() * 1000), "webhookEvent": "comment_created", "comment": written,
        "issue": {"id": "1", "key": ISSUE, "fields": {"summary": "Backups"}},
    }  # fmt: skip
    raw = json.dumps(body).encode()
    mac = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json; charset=utf-8", "X-Hub-Signature": f"sha256={mac}",
        "X-Atlassian-Webhook-Identifier": f"id-{number}", "X-Atlassian-Webhook-Retry": "0",
    }  # fmt: skip
    return Sent(headers, raw)
