"""A server that is no OPA, or half of one: whatever it says, nothing is allowed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from policies.engine.opa_connection import Address, address
from policies.engine.opa_server import OpaServer
from tests.contract.gates import training
from workflow.model.decision import Decision
from workflow.model.errors import BadRequest

Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
REVISION = "r" * 64
YES = {"verdict": "allow", "violations": [], "obligations": {}}
BY = {"bundles": {"b": {"revision": REVISION}}}


@asynccontextmanager
async def serving(speak: Speak) -> AsyncIterator[Address]:
    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    try:
        yield Address("127.0.0.1", server.sockets[0].getsockname()[1], tls=False)
    finally:
        server.close()


def http(status: int, body: bytes, *, length: int | None = None, kind: str = "application/json") -> bytes:
    """An HTTP answer; `length` is what it says its length is."""
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body) if length is None else length}"
    return f"{head}\r\nconnection: close\r\n\r\n".encode() + body


def saying(*answers: bytes) -> Speak:
    """Each connection hears the next answer, the last again and again; the faults of the data are none."""
    left = list(answers)

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"/checks/faults" in head:
            said = http(200, json.dumps({"result": [], "provenance": BY}).encode())
        else:
            said = left.pop(0) if len(left) > 1 else left[0]
        writer.write(said)
        await writer.drain()
        writer.close()

    return speak


async def judged(speak: Speak, deadline: float = 10.0) -> tuple[str, list[str]]:
    async with serving(speak) as where:
        gate = OpaServer(where, lambda: REVISION, deadline)
        decision: Decision = await gate.decide(training())
        await gate.close()
    return decision.verdict, [violation.code for violation in decision.violations]


def told(**body: Any) -> bytes:
    return http(200, json.dumps({"result": YES, "provenance": BY, **body}).encode())


async def test_a_whole_answer_is_believed() -> None:
    assert await judged(saying(told())) == ("allow", [])


@pytest.mark.parametrize(
    "said",
    [
        http(200, b"{}"),
        http(200, json.dumps({"provenance": BY}).encode()),
        http(200, json.dumps({"result": YES}).encode()),
        http(200, b'{"result": '),
        http(200, b"allow"),
        http(200, b"[]"),
        http(200, b"null"),
        http(200, b""),
        http(200, json.dumps({"result": YES, "provenance": BY}).encode(), kind="text/html"),
        http(500, json.dumps({"result": YES, "provenance": BY}).encode()),
        http(400, json.dumps({"result": YES, "provenance": BY}).encode()),
        http(401, b"{}"),
        told(result=True),
        told(result={**YES, "verdict": "yes"}),
        told(result={**YES, "more": 1}),
        told(result={"verdict": "allow", "violations": []}),
        told(result={**YES, "violations": [{"code": "X", "message": "x", "remedy": "x"}]}),
        told(provenance=None),
        told(provenance={"bundles": []}),
    ],
)
async def test_an_answer_of_another_shape_is_a_denial(said: bytes) -> None:
    verdict, codes = await judged(saying(said))
    assert (verdict, codes) in [("deny", ["GATE_ERROR"]), ("deny", ["GATE_REVISION"])]


@pytest.mark.parametrize(
    "bundles",
    [{}, {"b": {}}, {"b": {"revision": "other"}}, {"b": {"revision": REVISION}, "c": {"revision": "other"}}],
)
async def test_a_yes_by_other_policies_is_a_denial(bundles: Any) -> None:
    assert await judged(saying(told(provenance={"bundles": bundles}))) == ("deny", ["GATE_REVISION"])


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_what_stands_before_an_opa_that_is_not_there_is_a_denial_for_now(status: int) -> None:
    assert await judged(saying(http(status, b"{}"))) == ("deny", ["GATE_UNAVAILABLE"])


async def test_half_an_answer_is_a_denial_for_now() -> None:
    half = http(200, json.dumps({"result": YES}).encode(), length=500)
    assert await judged(saying(half)) == ("deny", ["GATE_UNAVAILABLE"])


async def test_a_connection_that_breaks_once_is_tried_again() -> None:
    assert await judged(saying(b"", told())) == ("allow", [])
    assert await judged(saying(b"", b"", told())) == ("deny", ["GATE_UNAVAILABLE"])


async def test_a_server_that_never_answers_is_a_denial_at_the_deadline() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    assert await judged(silent, 0.2) == ("deny", ["GATE_UNAVAILABLE"])


async def test_an_answer_that_never_ends_is_a_denial_at_the_deadline() -> None:
    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(200, b'{"result": ', length=10_000_000))
        await reader.read()
        writer.close()

    assert await judged(dripping, 0.2) == ("deny", ["GATE_UNAVAILABLE"])


async def test_nobody_listening_is_a_denial_for_now() -> None:
    async with serving(saying(told())) as where:
        pass
    gate = OpaServer(where, lambda: REVISION)
    decision = await gate.decide(training())
    await gate.close()
    assert [violation.code for violation in decision.violations] == ["GATE_UNAVAILABLE"]


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("http://127.0.0.1:8181", Address("127.0.0.1", 8181, tls=False)),
        ("https://opa.example.com/", Address("opa.example.com", 8181, tls=True)),
        ("http://[::1]:9", Address("[::1]", 9, tls=False)),
    ],
)
def test_an_address_is_read(url: str, server: Address) -> None:
    assert address({"TOLLGATE_OPA_URL": url}) == server
    assert str(server).startswith(url.rstrip("/").partition(":")[0])


@pytest.mark.parametrize(
    "url", ["", "opa:8181", "ftp://opa", "https://", "https://opa/v1", "https://opa:99999", "https://u:p@opa"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadRequest, match="TOLLGATE_OPA_URL"):
        address({"TOLLGATE_OPA_URL": url})


def test_a_token_is_not_sent_in_the_clear() -> None:
    with pytest.raises(BadRequest, match="in the clear"):
        address({"TOLLGATE_OPA_URL": "http://opa.example.com", "TOLLGATE_OPA_TOKEN": "t"})
