"""How one function reaches another: HTTP over httpx, pooled, bounded in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import httpx

from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.forward import Dropped, Post
from workflow.model.errors import CloudDown, OutcomeUnknown

CONNECT_SECONDS = 3.0
READ_SECONDS = 240.0
"""A call may wait for machines to start; a cloud's own deadlines are shorter."""
GRACE_SECONDS = 2.0
"""After the deadline, for the answer of a function that kept to it."""
CONNECTIONS = 512
"""More than all lanes together have places, so that no cloud's calls wait for a connection behind another's."""
IDLE_SECONDS = 5.0
"""How long an idle connection is kept: less than gateways and our own servers keep theirs."""
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_ENDED = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


KEY = "x-api-key"
"""The header that a gateway in front of functions looks for."""


def keyed(post: Post, key: str) -> Post:
    """The same way, with the key that a gateway on it asks for; without one, as it is."""

    async def send(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        return await post(url, {**headers, KEY: key}, body)

    return send if key else post


class HttpPost:
    """The kernel's `Post` over one pooled client."""

    def __init__(self) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=50, keepalive_expiry=IDLE_SECONDS)
        self._client = httpx.AsyncClient(limits=limits)

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Send and read the whole answer. Raises CloudDown where it could not be sent, OutcomeUnknown where it was
        and no answer came in time or whole: Dropped, where the connection ended instead."""
        left = deadline.remaining(datetime.now(UTC), READ_SECONDS)
        timeout = httpx.Timeout(min(READ_SECONDS, left + GRACE_SECONDS), connect=CONNECT_SECONDS)
        try:
            answer = await self._client.post(url, headers=dict(headers), content=body, timeout=timeout)
        except _UNSENT as error:
            raise CloudDown(f"{url} cannot be reached ({type(error).__name__}).") from None
        except _ENDED as error:
            raise Dropped(f"{url} did not answer ({type(error).__name__}).") from None
        except httpx.HTTPError as error:
            raise OutcomeUnknown(f"{url} did not answer ({type(error).__name__}).") from None
        return answer.status_code, answer.content

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()
