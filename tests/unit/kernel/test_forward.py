"""A call that is sent on, and a connection that ends in the middle of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import pytest
from starlette.applications import Starlette

from functions.http import IDLE_SECONDS, HttpPost
from functions.serve.__main__ import _server
from mcp_handlers.kernel.forward import Dropped, Forward, Pass
from mcp_handlers.kernel.kept_open import CLOSED
from mcp_handlers.kernel.result import Result
from workflow.model.base import compact
from workflow.model.errors import CloudDown, OutcomeUnknown

LEAVE = Pass(token="of-a-test")
ANSWER = {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": "done"}], "isError": False}}
DONE = Result("done", None, False, {})


class Ending:
    """A `Post` whose connections end so often before one answers."""

    def __init__(self, times: int) -> None:
        self.times, self.bodies = times, list[bytes]()

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """As a Post."""
        self.bodies.append(body)
        if len(self.bodies) <= self.times:
            raise Dropped("it ended")
        return 200, compact(ANSWER).encode()


@pytest.mark.parametrize("times", [1, CLOSED])
async def test_a_read_whose_kept_connections_ended_is_sent_again_and_no_cloud_is_blamed(times: int) -> None:
    post = Ending(times)
    assert await Forward("aws", "http://f", post).call("get_health", {}, LEAVE, writes=False) == DONE
    assert (len(post.bodies), len({*post.bodies})) == (times + 1, 1)


async def test_a_read_whose_connections_keep_ending_says_that_the_cloud_is_down() -> None:
    post = Ending(9)
    with pytest.raises(CloudDown, match="it ended"):
        await Forward("aws", "http://f", post).call("get_health", {}, LEAVE, writes=False)
    assert len(post.bodies) == CLOSED + 1


async def test_a_write_whose_connection_ended_is_not_sent_again_here_and_may_have_acted() -> None:
    post = Ending(1)
    with pytest.raises(OutcomeUnknown):
        await Forward("aws", "http://f", post).call("attach_volume", {}, LEAVE, writes=True)
    assert len(post.bodies) == 1


async def test_a_connection_that_was_closed_as_it_was_used_again_is_told_from_silence() -> None:
    served = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        while await reader.readuntil(b"hello"):
            served += 1
            if served == 2:
                writer.close()
                return
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    async with server:
        url, post = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", HttpPost()
        assert await post(url, {}, b"hello") == (200, b"ok")
        with pytest.raises(Dropped, match="did not answer"):
            await post(url, {}, b"hello")
        assert await post(url, {}, b"hello") == (200, b"ok")
        await post.close()


def test_our_servers_keep_idle_connections_longer_than_our_clients_do() -> None:
    assert _server(Starlette(), 0).config.timeout_keep_alive > IDLE_SECONDS


async def test_a_connection_that_was_idle_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.http.IDLE_SECONDS", 0.0)
    opened = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        with suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"hello"):
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        url, post = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", HttpPost()
        assert [await post(url, {}, b"hello") for _ in range(2)] == [(200, b"ok")] * 2
        assert opened == 2
        await post.close()
