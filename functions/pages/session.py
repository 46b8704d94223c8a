"""A session of the pages: the person's own token in a cookie that no script can read and no other site's page sends.

The API takes bearer tokens only; `FromCookie` stands before it and makes one of the cookie, for requests that a page of
the very same origin sent. A token that is sent as such goes before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.pages.ways import Ways
from mcp_handlers.kernel.identity import Identity
from mcp_handlers.kernel.jws import unb64
from workflow.model.base import Json
from workflow.model.errors import BadRequest, Forbidden, TollgateError, Unauthorized
from workflow.model.ports import Clock

PATH = "/session"
COOKIE = "tollgate_session"
LONGEST = timedelta(hours=12)
MAX_BODY = 20_000
"""Bytes. A token has a thousand or two."""
FRESH = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


@dataclass(frozen=True)
class Sessions:
    """Begins, shows and ends them. `identity` takes tokens made out to the control plane."""

    identity: Identity
    ways: Ways
    clock: Clock

    def routes(self) -> list[BaseRoute]:
        """Where that is done."""
        return [
            Route(PATH, self.show, methods=["GET"]),
            Route(PATH, self.enter, methods=["POST"]),
            Route(PATH, self.leave, methods=["DELETE"]),
            Route(f"{PATH}/ways", self.tell, methods=["GET"]),
        ]

    async def tell(self, request: Request) -> Response:
        """How one can sign in."""
        return JSONResponse(await self.ways.told(), headers=FRESH)

    async def show(self, request: Request) -> Response:
        """Who is signed in, or nobody."""
        try:
            found = await self._person(token_of(request)) if same_origin(request) else None
        except Unauthorized:
            found = None
        except TollgateError as error:
            return problem(error, 503)
        return JSONResponse({"person": found}, headers=FRESH)

    async def enter(self, request: Request) -> Response:
        """A token for a session that ends when the token does."""
        try:
            token = await _token(request)
            person = await self._person(token)
        except TollgateError as error:
            return problem(error, _status(error))
        answer = JSONResponse({"person": person}, headers=FRESH)
        answer.set_cookie(
            COOKIE, token, max_age=self._seconds(token), path="/", httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    async def leave(self, request: Request) -> Response:
        """The end of it."""
        if not same_origin(request):
            return problem(_foreign(), 403)
        answer = Response(status_code=204, headers=FRESH)
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return answer

    async def _person(self, token: str) -> Json:
        who = await self.identity.authenticate({"authorization": f"Bearer {token}"}, writes=False)
        until = _expiry(token)
        return {
            "id": who.id, "tenant": who.tenant, "roles": list(who.roles),
            "until": until.isoformat() if until else None,
        }  # fmt: skip

    def _seconds(self, token: str) -> int:
        until = _expiry(token)
        left = until - self.clock.now() if until else LONGEST
        return max(0, int(min(left, LONGEST).total_seconds()))


class FromCookie:
    """What is `below` this path is sent the session's token as a bearer token; everything else knows no session."""

    def __init__(self, app: ASGIApp, below: str = "/api/") -> None:
        self._app, self._below = app, below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, with the token where there is one to be trusted."""
        if scope["type"] == "http" and scope["path"].startswith(self._below):
            request = Request(scope)
            token = token_of(request)
            if token and "authorization" not in request.headers and same_origin(request):
                scope = {**scope, "headers": [*scope["headers"], (b"authorization", f"Bearer {token}".encode())]}
        await self._app(scope, receive, send)


def token_of(request: Request) -> str:
    """The session's, or "". What is no header's text is none."""
    token = request.cookies.get(COOKIE, "")
    return token if token.isascii() and token.isprintable() else ""


def same_origin(request: Request) -> bool:
    """Whether a page of this very origin sent it: browsers say so, and no script can say otherwise."""
    return request.headers.get("sec-fetch-site") == "same-origin"


def problem(error: TollgateError, status: int) -> Response:
    """The error as problem+json (RFC 9457)."""
    told = {"type": "about:blank", "title": error.message, "status": status, "detail": error.message}
    return JSONResponse({**told, "code": error.code, "remedy": error.remedy}, status, FRESH, "application/problem+json")


async def _token(request: Request) -> str:
    """From a body `{"token": …}`. Raises Forbidden for another origin's, BadRequest for another shape."""
    if not same_origin(request):
        raise _foreign()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise BadRequest("That is too long for a token.")
    try:
        token = json.loads(bytes(body))["token"]
    except (ValueError, KeyError, TypeError, RecursionError):
        token = None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise BadRequest("No token was sent.", "Sign in again.")
    return token


def _expiry(token: str) -> datetime | None:
    """When a token that was accepted ends; None for one that does not say."""
    try:
        return datetime.fromtimestamp(json.loads(unb64(token.split(".")[1]))["exp"], UTC)
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, OSError, RecursionError):
        return None


def _foreign() -> Forbidden:
    return Forbidden("Another site sent this.", "Open the page itself.")


def _status(error: TollgateError) -> int:
    kinds: tuple[tuple[type[TollgateError], int], ...] = ((Unauthorized, 401), (Forbidden, 403), (BadRequest, 400))
    return next((status for kind, status in kinds if isinstance(error, kind)), 503)
