"""A GitHub of ours: comments, checks, pulls and an app's tokens, as its REST reference has them; and what it sends."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.services.slack_sends import Sent

SECRET, APP, INSTALLATION, REPOSITORY = "It's a Secret to Everybody", "12345", 77, "acme/cloud"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
).decode()
PEOPLE = {"ada": 101, "grace": 102, "eve": 666}
HEAD = "c0ffee" * 6 + "c0ff"


@dataclass
class GitHubService:
    """One repository with pull request 7. `mishaps` are answered first: (status, headers)."""

    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    checks: dict[int, dict[str, Any]] = field(default_factory=dict)
    mishaps: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def app(self) -> Starlette:
        """The REST API."""
        place = f"/repos/{REPOSITORY}"
        routes = [
            Route(f"/app/installations/{INSTALLATION}/access_tokens", self._token, methods=["POST"]),
            Route(place, self._guarded(self._repository), methods=["GET"]),
            Route(f"{place}/issues/{{number:int}}", self._guarded(self._issue), methods=["GET"]),
            Route(f"{place}/issues/{{number:int}}/comments", self._guarded(self._comments), methods=["GET", "POST"]),
            Route(f"{place}/issues/comments/{{id:int}}", self._guarded(self._edit), methods=["PATCH"]),
            Route(f"{place}/pulls/{{number:int}}", self._guarded(self._pull), methods=["GET"]),
            Route(f"{place}/check-runs", self._guarded(self._check), methods=["POST"]),
            Route(f"{place}/check-runs/{{id:int}}", self._guarded(self._check), methods=["PATCH"]),
            Route(f"{place}/commits/{HEAD}/check-runs", self._guarded(self._of_commit), methods=["GET"]),
        ]
        return Starlette(routes=routes)

    async def _token(self, request: Request) -> Response:
        """For the app's own token, as GitHub checks it."""
        given = request.headers["authorization"].removeprefix("Bearer ")
        claims = jwt.decode(given, KEY.public_key(), algorithms=["RS256"], options={"verify_iat": False})
        if str(claims["iss"]) != APP:
            return JSONResponse({"message": "Bad credentials"}, 401)
        return JSONResponse({"token": "ghs_installed", "expires_at": "2099-01-01T00:00:00Z"}, 201)

    def _guarded(self, answer: Any) -> Any:
        async def guarded(request: Request) -> Response:
            if self.mishaps:
                status, headers = self.mishaps.pop(0)
                return JSONResponse({"message": "no"}, status, headers)
            if request.headers.get("authorization", "").split()[-1] not in ("ghs_installed", "ghp_token"):
                return JSONResponse({"message": "Bad credentials"}, 401)
            found: Response = await answer(request)
            return found

        return guarded

    async def _repository(self, request: Request) -> Response:
        url = str(request.url)
        return JSONResponse({"id": 1, "name": "cloud", "full_name": REPOSITORY, "url": url})

    async def _issue(self, request: Request) -> Response:
        number, url = request.path_params["number"], str(request.url)
        return JSONResponse(
            {"id": 9, "number": number, "title": "Backups", "url": url, "comments_url": url + "/comments"}
        )

    async def _comments(self, request: Request) -> Response:
        if request.method == "GET":
            return JSONResponse(list(self.comments.values()))
        body, number = (await request.json())["body"], len(self.comments) + 1
        if not 0 < len(body) <= 65_536:
            return JSONResponse({"message": "Validation Failed"}, 422)
        url = f"{request.base_url!s}repos/{REPOSITORY}/issues/comments/{number}"
        bot = {"login": "tollgate[bot]", "id": 1, "type": "Bot"}
        self.comments[number] = {"id": number, "url": url, "body": body, "user": bot}
        return JSONResponse(self.comments[number], 201)

    async def _edit(self, request: Request) -> Response:
        found = self.comments[request.path_params["id"]]
        found["body"] = (await request.json())["body"]
        return JSONResponse(found)

    async def _pull(self, request: Request) -> Response:
        return JSONResponse({"number": request.path_params["number"], "head": {"sha": HEAD}, "url": str(request.url)})

    async def _check(self, request: Request) -> Response:
        fields = await request.json()
        number = request.path_params.get("id") or len(self.checks) + 1
        if not _valid({**self.checks.get(number, {}), **fields}):
            return JSONResponse({"message": "Validation Failed"}, 422)
        url = f"{request.base_url!s}repos/{REPOSITORY}/check-runs/{number}"
        new = {"id": number, "url": url, "started_at": "2026-11-20T12:00:00Z", "conclusion": None}
        old = self.checks.get(number, new)
        self.checks[number] = {**old, **fields}
        return JSONResponse(self.checks[number], 200 if request.method == "PATCH" else 201)

    async def _of_commit(self, request: Request) -> Response:
        return JSONResponse({"total_count": len(self.checks), "check_runs": list(self.checks.values())})


def _valid(check: dict[str, Any]) -> bool:
    actions = check.get("actions", [])
    lengths = all(len(a["label"]) <= 20 and len(a["description"]) <= 40 and len(a["identifier"]) <= 20 for a in actions)
    conclusions = {"action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"}
    completed = check["status"] != "completed" or check.get("conclusion") in conclusions
    return len(actions) <= 3 and lengths and completed and bool(check["name"]) and len(check["head_sha"]) == 40


def signed(body: dict[str, Any], event: str, secret: str = SECRET) -> Sent:
    """As GitHub signs it."""
    raw = json.dumps(body).encode()
    mac = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json", "X-GitHub-Event": event, "X-GitHub-Delivery": "72d3162e",
        "X-Hub-Signature-256": f"sha256={mac}",
    }  # fmt: skip
    return Sent(headers, raw)


def comment(text: str, user: str, number: int = 1, *, at: datetime | None = None, pull: bool = True) -> Sent:
    """Somebody's new comment on pull request (or issue) 7."""
    when = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    who = {"login": user, "id": PEOPLE.get(user, 1), "type": "Bot" if user.endswith("[bot]") else "User"}
    issue: dict[str, Any] = {"id": 9, "number": 7, "title": "Backups", "user": who, "state": "open"}
    if pull:
        issue["pull_request"] = {"url": f"https://api.github.com/repos/{REPOSITORY}/pulls/7"}
    written = {"id": 9000 + number, "body": text, "user": who, "created_at": when, "updated_at": when}
    body = {"action": "created", "issue": issue, "comment": written, **_place(who)}
    return signed(body, "issue_comment")


def pressed(check: dict[str, Any], identifier: str, user: str) -> Sent:
    """A button of our check run, pressed."""
    who = {"login": user, "id": PEOPLE[user], "type": "User"}
    about = {**check, "pull_requests": [{"number": 7, "id": 3, "url": "x"}]}
    body = {
        "action": "requested_action", "requested_action": {"identifier": identifier}, "check_run": about, **_place(who)
    }  # fmt: skip
    return signed(body, "check_run")


def _place(who: dict[str, Any]) -> dict[str, Any]:
    repository = {"id": 1, "full_name": REPOSITORY, "private": True}
    return {"repository": repository, "sender": who, "installation": {"id": INSTALLATION}}
