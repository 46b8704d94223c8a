"""The approval page: what would be done, and a person's yes or no. Server-rendered, without a script.

A session is the person's own token in a cookie that scripts cannot read and other sites' links do not send; who is
signed in to the other pages is signed in here. Every form has a nonce that the store gives out for one person and
request, and takes once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from functions.pages.session import token_of
from functions.serve.titles import titles
from mcp_handlers.kernel.identity import Identity
from mcp_handlers.tools.contract import Tool
from workflow.control.approvals.desk import Desk
from workflow.control.approvals.diff import WORDS, changes
from workflow.model.approval import Asked, lacking, unentitled
from workflow.model.errors import BadRequest, Forbidden, NotFound, TollgateError, Unauthorized
from workflow.model.money import usd
from workflow.model.principal import Principal

PATH = "/approvals"
COOKIE = "tollgate_approvals"
SESSION_SECONDS = 900
MAX_FORM = 16_384
"""Bytes. A token has about a thousand."""
NAME = re.compile(r"^a[0-9]{6}-[0-9a-f]{16}$")
SHOWN = 200
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not `no-referrer`: a browser would then send forms with the origin `null`.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
_STATUS: tuple[tuple[type[TollgateError], int], ...] = (
    (Unauthorized, 401), (Forbidden, 403), (NotFound, 404), (BadRequest, 409)
)  # fmt: skip
_pages = Environment(
    loader=PackageLoader("functions.serve", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


@dataclass(frozen=True)
class Pages:
    """The pages over a desk. `identity` takes tokens made out to the control plane."""

    desk: Desk
    identity: Identity
    tools: Mapping[str, Tool]

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [
            Route(PATH, self.index, methods=["GET"]),
            Route(f"{PATH}/style.css", self.style, methods=["GET"]),
            Route(f"{PATH}/session", self.enter, methods=["POST"]),
            Route(f"{PATH}/leave", self.leave, methods=["POST"]),
            Route(f"{PATH}/{{name}}", self.show, methods=["GET"]),
            Route(f"{PATH}/{{name}}", self.decide, methods=["POST"]),
        ]

    async def index(self, request: Request) -> Response:
        """What waits in the person's tenant."""
        person = await self._person(request)
        if person is None:
            return _page("sign_in.html", 401, then="")
        now = self.desk.clock.now()
        waiting = await self.desk.store.list_approvals(tenant=person.tenant, unclosed=True, limit=SHOWN)
        rows = [
            {
                "id": asked.request.id,
                "state": asked.state(now),
                "who": asked.request.requester,
                "what": ", ".join(change.title for change in changes(asked.request, self.tools)),
                "cost": usd(asked.request.cost_cents),
                "until": f"{asked.request.expires_at:%Y-%m-%d %H:%M}",
            }
            for asked in waiting
        ]
        return _page("list.html", rows=rows, person=person)

    async def style(self, request: Request) -> Response:
        """The one style sheet."""
        return Response(_source("style.css"), media_type="text/css", headers=HEADERS)

    async def enter(self, request: Request) -> Response:
        """A token for a session. What is wrong with it is not said in detail."""
        try:
            form = await _form(request)
            then = form.get("then", "")
            token = form.get("token", "").strip()
            await self.identity.authenticate({"authorization": f"Bearer {token}"}, writes=True)
        except TollgateError as error:
            return _page("sign_in.html", 401, then="", said=error.message)
        answer = RedirectResponse(f"{PATH}/{then}" if NAME.match(then) else PATH, 303, HEADERS)
        answer.set_cookie(
            COOKIE, token, max_age=SESSION_SECONDS, path=PATH, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    async def leave(self, request: Request) -> Response:
        """End the session."""
        answer = RedirectResponse(PATH, 303, HEADERS)
        answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")
        return answer

    async def show(self, request: Request) -> Response:
        """Exactly what a yes would let happen."""
        name = request.path_params["name"]
        person = await self._person(request)
        if person is None:
            return _page("sign_in.html", 401, then=name if NAME.match(name) else "")
        return await self._shown(person, name)

    async def decide(self, request: Request) -> Response:
        """A person's yes or no."""
        name, person = request.path_params["name"], await self._person(request)
        if person is None:
            return _page("sign_in.html", 401, then=name if NAME.match(name) else "")
        try:
            form = await _form(request)
            if form.get("word") not in ("approve", "deny"):
                raise BadRequest("The form says neither yes nor no.")
            approved, reason, nonce = form["word"] == "approve", form.get("reason", ""), form.get("nonce", "")
            await self.desk.say(person, name, approved=approved, reason=reason, nonce=nonce)
        except TollgateError as error:
            return await self._shown(person, name, error)
        return RedirectResponse(f"{PATH}/{name}", 303, HEADERS)

    async def _shown(self, person: Principal, name: str, error: TollgateError | None = None) -> Response:
        try:
            asked = await self.desk.show(person, name)
        except TollgateError as gone:
            return _page("list.html", _status(gone), rows=[], person=person)
        state = asked.state(self.desk.clock.now())
        why_not = self._why_not(asked, person) if state == "open" else ""
        return _page(
            "show.html", _status(error) if error else 200, person=person, request=asked.request, state=state,
            changes=changes(asked.request, self.tools), words=WORDS, cost=usd(asked.request.cost_cents),
            titles=titles(), missing=lacking(asked.request, asked.words), spoken=asked.words,
            said=error.message if error else "", why_not=why_not,
            nonce=await self.desk.form(person, name) if state == "open" and not why_not else "",
        )  # fmt: skip

    def _why_not(self, asked: Asked, person: Principal) -> str:
        if any(word.approver == person.id for word in asked.words):
            return "You have said yes. Somebody else has to as well."
        return unentitled(asked.request, person)

    async def _person(self, request: Request) -> Principal | None:
        token = request.cookies.get(COOKIE) or token_of(request)
        try:
            return await self.identity.authenticate({"authorization": f"Bearer {token}"}, writes=True)
        except TollgateError:
            return None


async def _form(request: Request) -> dict[str, str]:
    """A form's fields, each once. Raises Forbidden for one that a page of another site sent, BadRequest for no form."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Forbidden("Another site sent this form.", "Open the page itself.")
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise BadRequest("This is no form.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise BadRequest("The form is too long.")
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=8, errors="strict")
    except ValueError:
        raise BadRequest("The form cannot be read.") from None
    if any(len(values) != 1 for values in fields.values()):
        raise BadRequest("A field of the form is there twice.")
    return {name: values[0] for name, values in fields.items()}


def _status(error: TollgateError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 503)


def _page(template: str, status: int = 200, **values: Any) -> Response:
    text = _pages.get_template(template).render({"person": None, "said": "", **values})
    return Response(text, status, HEADERS, "text/html")


def _source(name: str) -> str:
    loader: Callable[..., tuple[str, Any, Any]] = _pages.loader.get_source  # type: ignore[union-attr]
    return loader(_pages, name)[0]
