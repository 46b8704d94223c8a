"""A client that means harm, or is broken: it learns nothing of other tenants, breaks nothing, is told what is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.api.call import MAX_BODY
from functions.api.cursor import cursor
from functions.api.operation import ROOT
from functions.api.operations import OPERATIONS
from tests.unit.api.house import ANA, EVE, ApiHouse, api_house
from workflow.control.rate import Limit, Limits


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    """The API with one run of Ana's."""
    async with api_house(tmp_path) as found:
        yield found


def problem(answer: Any) -> tuple[int, str]:
    """Its status and code; it is a problem in every part."""
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(told) == {"type", "title", "status", "detail", "code", "remedy", "retryable"}
    assert told["status"] == answer.status_code
    assert told["remedy"]
    return answer.status_code, told["code"]


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if not each.anyone], ids=lambda each: each.name)
async def test_without_a_good_token_there_is_no_answer(house: ApiHouse, operation: Any) -> None:
    path = operation.path.replace("{run}", "r1").replace("{approval}", "a1").replace("{tool}", "launch_spot")
    stale = house.token(ANA, minutes=1)
    house.clock.moment += timedelta(hours=2)
    for token in (None, "", "nonsense", stale, house.token(ANA, "aws"), house.token(ANA)[:-4] + "AAAA"):
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        answer = await house.web.request(operation.method, f"{ROOT}{path}", headers=headers)
        assert problem(answer) == (401, "UNAUTHORIZED")
        assert answer.headers["www-authenticate"].startswith('Bearer realm="tollgate"')


async def test_another_tenants_run_is_as_if_it_were_not(house: ApiHouse) -> None:
    name = await house.ended()
    for method, path, body in (
        ("GET", "", None), ("GET", "/events", None), ("GET", "/stream", None), ("GET", "/candidates", None),
        ("GET", "/replay", None), ("POST", "/cancel", {}), ("POST", "/answer", {"text": "yes"}),
    ):  # fmt: skip
        theirs = await house.call(method, f"/runs/{name}{path}", EVE, json=body)
        nothing = await house.call(method, f"/runs/{name[:-1]}z{path}", EVE, json=body)
        assert problem(theirs) == problem(nothing) == (404, "NOT_FOUND")
        assert theirs.text.replace(name, "") == nothing.text.replace(f"{name[:-1]}z", "")
    for path in ("/runs", "/approvals?state=all", "/ledger", "/policies/denials"):
        assert (await house.get(path, EVE))["items"] == []


FOREIGN = [
    "x", "!!!", "e30", cursor("a"), cursor(1, 2), cursor(2**70, "r"), cursor("2026-11-20", "r"), cursor("x", "r"),
    cursor("2026-11-20T00:00:00+00:00", "a\0"), cursor([1], {}), "A" * 512,
]  # fmt: skip


@pytest.mark.parametrize("text", FOREIGN)
async def test_a_cursor_that_we_never_gave_is_refused(house: ApiHouse, text: str) -> None:
    for path in ("/runs", "/approvals", "/ledger", "/policies/denials", "/policies/shadow"):
        status, code = problem(await house.call("GET", path, params={"cursor": text}))
        assert (status, code) == (422, "BAD_REQUEST")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=-1", "limit=1e2", "limit=5.0", "limit= 5", "limit=", "limit=9999999999999999999999",
     "limit=1&limit=2", "unknown=1", "state=nothing", "state=", "%ff=1", "limit", "cursor=" + "A" * 513, "a=" * 40,
     "project=" + "x" * 5000],
)  # fmt: skip
async def test_a_query_that_is_none_is_refused(house: ApiHouse, query: str) -> None:
    assert problem(await house.call("GET", f"/runs?{query}")) == (422, "BAD_REQUEST")


JSON = "application/json"


@pytest.mark.parametrize(
    ("body", "media", "expected"),
    [
        (b"", JSON, (400, "NOT_UNDERSTOOD")), (b"{", JSON, (400, "NOT_UNDERSTOOD")),
        (b"\xff\xfe", JSON, (400, "NOT_UNDERSTOOD")), (b"[]", JSON, (422, "BAD_REQUEST")),
        (b"null", JSON, (422, "BAD_REQUEST")), (b'{"text": 1}', JSON, (422, "BAD_REQUEST")),
        (b'{"text": "x", "tenant": "umbrella"}', JSON, (422, "BAD_REQUEST")),
        (b'{"text": ""}', JSON, (422, "BAD_REQUEST")),
        (b'{"text": "a\\u0000b"}', JSON, (422, "BAD_REQUEST")), (b'{"text": "\\ud800"}', JSON, (400, "NOT_UNDERSTOOD")),
        (b"[" * 100_000, JSON, (400, "NOT_UNDERSTOOD")), (b'{"text": "x"}', "text/plain", (415, "NOT_JSON")),
        (b'{"text": "' + b"x" * MAX_BODY + b'"}', JSON, (413, "TOO_LONG")),
    ],
)  # fmt: skip
async def test_a_body_that_is_none_is_refused_and_keeps_nothing(
    house: ApiHouse, body: bytes, media: str, expected: tuple[int, str]
) -> None:
    answer = await house.call("POST", "/runs", content=body, headers={"content-type": media})
    assert problem(answer) == expected
    assert await house.one.context.store.list_runs() == []


@pytest.mark.parametrize("key", ["", "k" * 201, "a\tb", "é"])
async def test_a_key_that_is_none_is_refused(house: ApiHouse, key: str) -> None:
    headers = {"idempotency-key": key.encode("latin-1")}
    assert problem(await house.call("POST", "/runs", json={"text": "x y"}, headers=headers)) == (422, "BAD_REQUEST")


@pytest.mark.parametrize(
    "path",
    ["/", "", "/nothing", "/runs/", "/runs/a/b/c", "/runs/%2e%2e%2fx", "/runs/a%00b", "/runs//events"],
)
async def test_there_is_nothing_elsewhere(house: ApiHouse, path: str) -> None:
    answer = await house.web.get(
        f"http://127.0.0.1{ROOT}{path}", headers={"authorization": f"Bearer {house.token(ANA)}"}
    )
    assert problem(answer) == (404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_other_methods_are_named_as_such(house: ApiHouse, method: str) -> None:
    answer = await house.call(method, "/runs")
    assert (problem(answer), answer.headers["allow"]) == ((405, "NO_METHOD"), "GET, POST")


async def test_who_asks_too_often_is_told_when_to_ask_again_and_nobody_else_is_held_up(tmp_path: Path) -> None:
    few = Limit(per_second=0.5, burst=3)
    limits = Limits(risks={}, api={"read": few, "write": few, "heavy": few})
    async with api_house(tmp_path, limits) as house:
        answers = [await house.call("GET", "/runs") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert (problem(answers[-1]), answers[-1].headers["retry-after"]) == ((429, "RATE_LIMITED"), "2")
        assert (await house.call("GET", "/runs", EVE)).status_code == 200
        house.clock.moment += timedelta(seconds=2)
        assert (await house.call("GET", "/runs")).status_code == 200
