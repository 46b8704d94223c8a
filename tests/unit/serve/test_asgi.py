"""Endpoints on a web server of this machine: who is listened to, progress, and the old transport."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pytest
from mcp import ClientSession
from mcp.client.sse import sse_client
from mcp.shared.exceptions import MCPError
from starlette.applications import Starlette

from functions.serve.asgi import app, folded, sse_routes
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.limits import MAX_BODY
from mcp_handlers.kernel.result import Result, done
from tests.fakes.listening import listening
from workflow.model.base import Json
from workflow.model.errors import Unauthorized

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "clientInfo": {"name": "t", "version": "1"}, "capabilities": {}},
}


@dataclass
class Slow:
    """A service of one tool that waits until it is let go."""

    name: str = "slow"
    go: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    raises: Exception | None = None

    async def listing(self) -> list[Json]:
        """Its one tool."""
        if self.raises:
            raise self.raises
        return [{"name": "wait", "description": "Waits.", "inputSchema": {"type": "object"}}]

    def mirrored(self, tool: str, meta: Json) -> Mapping[str, str]:
        return {}

    def has(self, tool: str) -> bool:
        """Whether it is this one."""
        return tool == "wait"

    async def call(self, headers: Mapping[str, str], tool: str, arguments: Json, meta: Json) -> Result:
        """Wait, for those who say who they are."""
        if "authorization" not in headers:
            raise Unauthorized("No bearer token was sent.")
        await self.go.wait()
        self.ended.set()
        if self.raises:
            raise self.raises
        return done({"said": arguments})


def client(application: Starlette, host: str = "127.0.0.1") -> httpx.AsyncClient:
    """A client straight into the application."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url=f"http://{host}")


def call(**meta: Any) -> dict[str, Any]:
    """A call of the slow tool, in an older revision."""
    params = {"name": "wait", "arguments": {"a": 1}, "_meta": meta}
    return {"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": params}


STREAM = {"accept": "application/json, text/event-stream", "authorization": "Bearer x"}


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:8000", None, 200),
        ("localhost", "http://localhost:3000", 200),
        ("127.0.0.1", "https://evil.example", 403),
        ("127.0.0.1", "null", 403),
        ("127.0.0.1", "http://[", 403),
        ("evil.example", None, 400),
        ("evil.example:8000", "http://evil.example:8000", 400),
    ],
)
async def test_only_what_names_this_machine_is_listened_to(host: str, origin: str | None, status: int) -> None:
    async with client(app({"/mcp": Endpoint(Slow())}, "t"), host) as http:
        headers = {} if origin is None else {"origin": origin}
        assert (await http.post("/mcp", json=INITIALIZE, headers=headers)).status_code == status


async def test_a_routing_header_sent_twice_agrees_with_nothing() -> None:
    assert folded([("mcp-name", "a"), ("accept", "x"), ("mcp-name", "b")]) == {"mcp-name": "a, b", "accept": "x"}
    async with client(app({"/mcp": Endpoint(Slow())}, "t")) as http:
        twice = [("mcp-name", "wait"), ("mcp-name", "other"), ("authorization", "Bearer x")]
        answer = await http.post("/mcp", json=call(), headers=twice)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32020)


def events(text: str) -> list[Any]:
    """The messages of an event stream."""
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]


async def test_a_long_call_tells_its_progress_to_whoever_asked() -> None:
    service = Slow()
    async with client(app({"/mcp": Endpoint(service)}, "t", beat=0.01)) as http:
        asking = asyncio.create_task(http.post("/mcp", json=call(progressToken="p"), headers=STREAM))
        asyncio.get_running_loop().call_later(0.1, service.go.set)
        answer = await asking
    *beats, last = events(answer.text)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert {beat["method"] for beat in beats} == {"notifications/progress"}
    assert {beat["params"]["progressToken"] for beat in beats} == {"p"}
    told = [beat["params"]["progress"] for beat in beats]
    assert told == sorted(set(told))
    assert (last["id"], last["result"]["structuredContent"]) == (9, {"said": {"a": 1}})


@pytest.mark.parametrize(
    ("meta", "accept"),
    [
        ({}, "application/json, text/event-stream"),
        ({"progressToken": "p"}, "application/json"),
        ({"progressToken": True}, "application/json, text/event-stream"),
        ({"progressToken": ["p"]}, "application/json, text/event-stream"),
    ],
)
async def test_a_long_call_is_answered_plainly_to_everyone_else(meta: dict[str, Any], accept: str) -> None:
    service = Slow()
    async with client(app({"/mcp": Endpoint(service)}, "t", beat=0.001)) as http:
        asking = asyncio.create_task(http.post("/mcp", json=call(**meta), headers=STREAM | {"accept": accept}))
        asyncio.get_running_loop().call_later(0.05, service.go.set)
        answer = await asking
    assert answer.json()["result"]["isError"] is False


async def test_a_short_call_is_answered_plainly_to_those_who_asked_for_progress() -> None:
    service = Slow()
    service.go.set()
    async with client(app({"/mcp": Endpoint(service)}, "t")) as http:
        answer = await http.post("/mcp", json=call(progressToken=1), headers=STREAM)
    assert answer.json()["result"]["isError"] is False


async def test_what_has_begun_goes_on_when_the_client_leaves() -> None:
    service = Slow()
    async with (
        listening(lambda _: app({"/mcp": Endpoint(service)}, "t", beat=0.01)) as url,
        httpx.AsyncClient() as http,
    ):
        asked = call(progressToken="p")
        async with http.stream("POST", f"{url}/mcp", json=asked, headers=STREAM) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    break
        service.go.set()
        await asyncio.wait_for(service.ended.wait(), 5)


async def test_the_old_transport_lists_and_calls_with_the_callers_token() -> None:
    service = Slow()
    service.go.set()
    async with listening(lambda _: app({}, "t", sse_routes(service))) as url:
        async with (
            sse_client(f"{url}/sse", headers={"authorization": "Bearer x"}) as (read, write),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            assert [tool.name for tool in (await session.list_tools()).tools] == ["wait"]
            result = await session.call_tool("wait", {"a": 1})
            assert result.structured_content == {"said": {"a": 1}}
            with pytest.raises(MCPError, match="Unknown tool"):
                await session.call_tool("other", {})
        async with sse_client(f"{url}/sse") as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            with pytest.raises(MCPError, match="No bearer token"):
                await session.call_tool("wait", {})


async def test_the_old_transport_tells_a_fault_by_its_type_to_the_log_and_nothing_of_it_to_the_client(
    caplog: pytest.LogCaptureFixture,
) -> None:
    service = Slow(raises=RuntimeError("password=hunter2"))
    service.go.set()
    async with (
        listening(lambda _: app({}, "t", sse_routes(service))) as url,
        sse_client(f"{url}/sse", headers={"authorization": "Bearer x"}) as (read, write),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        for asking in (session.list_tools, partial(session.call_tool, "wait", {})):
            with pytest.raises(MCPError) as refused:
                await asking()
            assert (refused.value.error.code, refused.value.error.message) == (-32603, "Internal error")
    ours = [record.getMessage() for record in caplog.records if record.name == "functions.serve.sse"]
    assert [told.split(":")[0] for told in ours] == ["unexpected RuntimeError at test_asgi.py"] * 2
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', 400, -32700, "names a key twice"),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"ping","params":' + b'{"a":' * 40 + b"1" + b"}" * 41,
            400,
            -32600,
            "deeper",
        ),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":NaN}}', 400, -32700, "not JSON"),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', 400, -32600, "Batches"),
        (b'{"a":"' + b"x" * MAX_BODY + b'"}', 413, -32600, "over the limit"),
    ],
    ids=["doubled", "deep", "nan", "batch", "long"],
)
async def test_what_is_posted_on_the_old_transport_has_the_limits_of_the_modern_wire(
    body: bytes, status: int, code: int, words: str
) -> None:
    async with (
        listening(lambda _: app({}, "t", sse_routes(Slow()))) as url,
        httpx.AsyncClient() as http,
        http.stream("GET", f"{url}/sse", headers={"authorization": "Bearer x"}) as stream,
    ):
        lines = stream.aiter_lines()
        place = await anext(line.removeprefix("data: ") async for line in lines if line.startswith("data: "))
        said = await http.post(url + place, content=body, headers={"authorization": "Bearer x"})
    assert (said.status_code, said.json()["error"]["code"], words in said.text) == (status, code, True)
