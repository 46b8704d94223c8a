"""Sessions of the pages: a cookie for nobody but this origin's own pages, checked at every request."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from functions.pages.session import COOKIE, FromCookie, Sessions
from functions.pages.ways import Ways
from mcp_handlers.kernel.identity import SignedIdentity
from tests.fakes.clock import FixedClock
from workflow.control.emergency import Emergency
from workflow.control.signing import local_signer
from workflow.model.principal import Principal
from workflow.store.store import open_store

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ADA = Principal(id="ada@example.com", tenant="acme", roles=("developer",))
OURS = {"sec-fetch-site": "same-origin"}
OTHERS = [{}, {"sec-fetch-site": "none"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "cross-site"}]


async def _said(request: Request) -> Response:
    return PlainTextResponse(request.headers.get("authorization", "nobody"))


@dataclass
class Door:
    """The sessions with an API behind them that says what it was sent. `hand` revokes."""

    hand: Emergency
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def token(self, minutes: float = 60) -> str:
        """Ada's."""
        return self.hand.signer.token(ADA, "control", timedelta(minutes=minutes))

    def client(self, scheme: str = "http") -> httpx.AsyncClient:
        """A browser that sends what a page of the same origin does."""
        identity = SignedIdentity(self.hand, "control", self.clock)
        sessions = Sessions(identity, Ways((), self.clock, local=True), self.clock)
        places = [Route(path, _said, methods=["GET", "POST"]) for path in ("/api/v1/who", "/mcp")]
        transport = httpx.ASGITransport(FromCookie(Starlette(routes=[*sessions.routes(), *places])))
        return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://t", headers=OURS)


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """On keys of its own."""
    clock = FixedClock(NOW)
    async with open_store(tmp_path / "store.db") as store:
        yield Door(Emergency(store, local_signer(tmp_path / "keys", clock), clock, local=True), clock)


async def test_a_session_shows_who_it_is_and_ends_with_the_token(door: Door) -> None:
    person = {
        "id": "ada@example.com", "tenant": "acme", "roles": ["developer"], "until": "2026-11-29T13:00:00+00:00"
    }  # fmt: skip
    async with door.client() as http:
        assert (await http.get("/session")).json() == {"person": None}
        entered = await http.post("/session", json={"token": door.token()})
        assert (entered.status_code, entered.json()) == (200, {"person": person})
        assert (await http.get("/session")).json() == {"person": person}
        door.clock.forward(minutes=61)
        assert (await http.get("/session")).json() == {"person": None}


async def test_the_cookie_is_for_no_script_and_no_other_site_and_lasts_as_long_as_the_token(door: Door) -> None:
    async with door.client() as http:
        entered = await http.post("/session", json={"token": door.token(30)})
    value, *rest = entered.headers["set-cookie"].split("; ")
    assert value.startswith(f"{COOKIE}=")
    assert sorted(rest) == ["HttpOnly", "Max-Age=1800", "Path=/", "SameSite=strict"]
    async with door.client("https") as http:
        entered = await http.post("/session", json={"token": door.token(60 * 24)})
    assert {"Secure", "Max-Age=43200"} <= set(entered.headers["set-cookie"].split("; "))
    assert entered.headers["cache-control"] == "no-store"
    assert door.token(30) not in entered.text


async def test_the_api_is_sent_the_sessions_token_for_pages_of_this_origin_only(door: Door) -> None:
    async with door.client() as http:
        assert (await http.get("/api/v1/who")).text == "nobody"
        await http.post("/session", json={"token": door.token()})
        for method in ("GET", "POST"):
            assert (await http.request(method, "/api/v1/who")).text == f"Bearer {http.cookies[COOKIE]}"
        assert (await http.post("/mcp")).text == "nobody"
        sent = await http.get("/api/v1/who", headers={"authorization": "Bearer other"})
        assert sent.text == "Bearer other"
        del http.headers["sec-fetch-site"]
        for headers in OTHERS:
            for method in ("GET", "POST"):
                assert (await http.request(method, "/api/v1/who", headers=headers)).text == "nobody"
            assert (await http.get("/session", headers=headers)).json() == {"person": None}


@pytest.mark.parametrize("headers", OTHERS)
async def test_no_other_site_begins_or_ends_a_session(door: Door, headers: dict[str, str]) -> None:
    async with door.client() as http:
        del http.headers["sec-fetch-site"]
        for method in ("POST", "DELETE"):
            refused = await http.request(method, "/session", json={"token": door.token()}, headers=headers)
            assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
            assert refused.headers["content-type"] == "application/problem+json"


NO_TOKENS = [b"{", b"[]", b'{"token": 7}', b'{"token": "a\\nb"}', b'{"token": "\xc3\xa9"}', b"x" * 20_001]
BAD_TOKENS = [b'{"token": ""}', b'{"token": "a.b.c"}']


@pytest.mark.parametrize(("body", "status"), [*((b, 400) for b in NO_TOKENS), *((b, 401) for b in BAD_TOKENS)])
async def test_what_is_no_token_is_refused_with_a_remedy(door: Door, body: bytes, status: int) -> None:
    async with door.client() as http:
        refused = await http.post("/session", content=body)
    assert (refused.status_code, "set-cookie" in refused.headers) == (status, False)
    assert {"title", "status", "code", "remedy"} <= refused.json().keys()


async def test_whoever_is_revoked_is_signed_in_no_more(door: Door) -> None:
    async with door.client() as http:
        await http.post("/session", json={"token": door.token()})
        await door.hand.revoke("principal", ADA.id, "left")
        assert (await http.get("/session")).json() == {"person": None}
        assert (await http.post("/session", json={"token": door.token()})).status_code == 401


async def test_signing_out_takes_the_cookie_away(door: Door) -> None:
    async with door.client() as http:
        await http.post("/session", json={"token": door.token()})
        assert (await http.delete("/session")).status_code == 204
        assert COOKIE not in http.cookies


async def test_one_can_see_how_to_sign_in_without_being_signed_in(door: Door) -> None:
    async with door.client() as http:
        assert (await http.get("/session/ways")).json() == {"local": True, "providers": []}
