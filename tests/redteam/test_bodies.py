"""Attempts with bodies: bombs, two meanings in one text, numbers and letters that no later step could carry."""

import gzip
import json
from typing import Any

import httpx
import pytest

from functions.aws import entry as aws
from mcp_handlers.kernel.limits import MAX_BODY
from tests.contract.test_runtimes import _Context
from tests.redteam.attack import case, stopped_by
from tests.redteam.house import ADA, BUCKET, House

GOOD = json.dumps({"cloud": "aws", **BUCKET})
CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_storage_bucket","arguments":%s}}'
SIZE, DEPTH, ONE, PLAIN = (
    "a body has a size",
    "a body has a depth",
    "a key is there once",
    "what is parsed is JSON in UTF-8",
)
SHAPE = "an envelope has one shape"


def changed(old: str, new: str) -> bytes:
    """A good call with a part of its text replaced."""
    assert old in CALL % GOOD
    return (CALL % GOOD).replace(old, new, 1).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    "body",
    [
        case(b" " * (MAX_BODY + 1), by=SIZE, name="blanks"),
        case((CALL % GOOD).encode() + b" " * MAX_BODY, by=SIZE, name="a good call and blanks"),
        case(gzip.compress(b"0" * (64 << 20)), by=PLAIN, name="a gzip bomb"),
        case(b"PK\x03\x04" + b"\0" * 1000, by=PLAIN, name="a zip"),
        case(b"[" * 100_000, by=DEPTH, name="open arrays"),
        case(b'{"a":' * 50_000 + b"1" + b"}" * 50_000, by=DEPTH, name="deep objects"),
        case((CALL % ("[" * 40 + "]" * 40)).encode(), by=DEPTH, name="deep arguments"),
        case(changed('"tags"', '"data":' + '{"x":' * 40 + "1" + "}" * 40 + ',"tags"'), by=DEPTH, name="deep data"),
        case(
            changed('"region": "eu-west-1"', '"region":"eu-west-1","region":"us-gov-west-1"'),
            by=ONE,
            name="region twice",
        ),
        case(changed('"method"', '"method":"tools/list","method"'), by=ONE, name="method twice"),
        case(changed('"name"', '"name":"get_health","name"'), by=ONE, name="tool twice"),
        case(changed('"name"', '"n\\u0061me":"get_health","name"'), by=ONE, name="tool twice, escaped"),
        case(changed('"tags"', '"size_gib":NaN,"tags"'), by=PLAIN, name="NaN"),
        case(changed('"tags"', '"size_gib":Infinity,"tags"'), by=PLAIN, name="Infinity"),
        case(changed('"tags"', '"size_gib":-Infinity,"tags"'), by=PLAIN, name="minus Infinity"),
        case(changed('"tags"', '"size_gib":1e999,"tags"'), by="numbers are finite and of a length", name="1e999"),
        case(
            changed('"tags"', '"size_gib":' + "9" * 5000 + ',"tags"'),
            by="numbers are finite and of a length",
            name="digits",
        ),
        case(
            changed('"tags"', '"size_gib":-' + "9" * 21 + ',"tags"'),
            by="numbers are finite and of a length",
            name="minus digits",
        ),
        case(changed("eu-west-1", "\\ud800eu-west-1"), by="half a character is none", name="lone surrogate, escaped"),
        case(changed("eu-west-1", "\ud800eu-west-1"), by=PLAIN, name="lone surrogate, raw"),
        case(changed('"id":1', '"id":"\\udfff"'), by="half a character is none", name="lone surrogate as id"),
        case((CALL % GOOD).encode("utf-16"), by=PLAIN, name="utf-16"),
        case(b"\xef\xbb\xbf" + (CALL % GOOD).encode(), by=PLAIN, name="byte order mark"),
        case((CALL % GOOD).encode() + b"\0", by=PLAIN, name="a trailing nought"),
        case((CALL % GOOD).encode() * 2, by=PLAIN, name="two documents"),
        case(b"\xc0\xaf" + (CALL % GOOD).encode(), by=PLAIN, name="overlong UTF-8"),
        case(f"[{CALL % GOOD}]".encode(), by=SHAPE, name="a batch"),
        case(b'"' + b"a" * 1000 + b'"', by=SHAPE, name="a text"),
        case(b"null", by=SHAPE, name="null"),
        case(b"", by=PLAIN, name="nothing"),
        case(changed('"id":1', '"id":true'), by=SHAPE, name="id true"),
        case(changed('"id":1', '"id":{"$gt":0}'), by=SHAPE, name="id an object"),
        case(changed('"id":1', '"id":null'), by=SHAPE, name="id null"),
        case(changed('"2.0"', '"1.0"'), by=SHAPE, name="another JSON-RPC"),
        case(changed('"2.0"', "2.0"), by=SHAPE, name="JSON-RPC as a number"),
        case(changed('"tools/call"', '["tools/call"]'), by=SHAPE, name="method a list"),
        case(changed('"create_storage_bucket"', '["create_storage_bucket"]'), by=SHAPE, name="tool a list"),
        case((CALL % f"[{GOOD}]").encode(), by=SHAPE, name="arguments a list"),
        case((CALL % json.dumps(GOOD)).encode(), by=SHAPE, name="arguments a text"),
        case(changed('"params":{', '"params":{"_meta":[],'), by=SHAPE, name="meta a list"),
    ],
)
async def test_a_body_that_is_no_call(house: House, body: bytes) -> None:
    for endpoint, plane in (
        (house.endpoints["/mcp"], "control"),
        (house.function("aws", "create_storage_bucket"), "aws"),
    ):
        answer = await house.raw(endpoint, {"authorization": f"Bearer {house.token(ADA, plane)}"}, body)
        assert answer.body["error"]["code"] in (-32700, -32600, -32602), answer.text
        assert len(answer.text) < 500
        house.insist_quiet(answer)
    house.insist_effects(0)


@stopped_by("a call without an id is answered with nothing and does nothing")
async def test_a_write_as_a_notification(house: House) -> None:
    answer = await house.raw(
        house.endpoints["/mcp"], {"authorization": f"Bearer {house.token(ADA)}"}, changed('"id":1,', "")
    )
    assert (answer.status, answer.text) == (202, "")
    house.insist_effects(0)


@stopped_by("what is compressed stays compressed")
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip"])
async def test_a_compressed_bomb_over_http(house: House, encoding: str) -> None:
    bomb = gzip.compress((CALL % GOOD).encode() + b" " * (64 << 20))
    assert len(bomb) < MAX_BODY
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.web()), base_url="http://127.0.0.1") as http:
        headers = {"authorization": f"Bearer {house.token(ADA)}", "content-encoding": encoding}
        answer = await http.post("/mcp", content=bomb, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32700)
    house.insist_effects(0)


@stopped_by(SIZE)
async def test_a_body_without_an_end(house: House) -> None:
    sent = 0

    async def forever() -> Any:
        nonlocal sent
        while sent < 64 << 20:
            sent += 1 << 16
            yield b" " * (1 << 16)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.web()), base_url="http://127.0.0.1") as http:
        answer = await http.post("/mcp", content=forever(), headers={"authorization": f"Bearer {house.token(ADA)}"})
    assert answer.status_code == 413
    assert sent <= 2 * MAX_BODY
    house.insist_effects(0)


@stopped_by("a form has a size and each field once")
@pytest.mark.parametrize(
    "form",
    [
        b"word=approve&word=deny&nonce=x",
        b"word=approve&nonce=" + b"x" * 20_000,
        b"a=1&" * 5000,
        b"word=%ff%fe",
        b"word",
    ],
)
async def test_a_form_that_is_a_bomb(house: House, form: bytes) -> None:
    transport = httpx.ASGITransport(house.web())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = await http.post("/approvals/session", content=form, headers=headers)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


@stopped_by(PLAIN)
@pytest.mark.parametrize("text", ["!!!", "\u0661", "ZZZ", "=", "\ud800"])
def test_an_event_of_the_gateway_that_is_not_what_it_says(
    text: str, monkeypatch: pytest.MonkeyPatch, house: House
) -> None:
    for name, value in {**house.told.environment(), "TOLLGATE_TOOL": "create_storage_bucket"}.items():
        monkeypatch.setenv(name, value)
    aws.endpoint.cache_clear()
    event = {"headers": None, "body": text, "isBase64Encoded": True, "requestContext": {"requestId": "r-1"}}
    try:
        for coded in (True, False):
            answer: Any = aws.handler({**event, "isBase64Encoded": coded}, _Context())
            assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (400, -32700)
    finally:
        aws.endpoint.cache_clear()
