"""How one function reaches another: HTTP over httpx, pooled, bounded in time."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from workflow.model.errors import CloudDown

CONNECT_SECONDS = 3.0
READ_SECONDS = 240.0
"""A call may wait for machines to start; a cloud's own deadlines are shorter."""


class HttpPost:
    """The kernel's `Post` over one pooled client."""

    def __init__(self) -> None:
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
        self._client = httpx.AsyncClient(timeout=timeout, limits=limits)

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Send and read the whole answer. Raises CloudDown where nothing answers."""
        try:
            answer = await self._client.post(url, headers=dict(headers), content=body)
        except httpx.HTTPError as error:
            raise CloudDown(f"{url} cannot be reached ({type(error).__name__}).") from None
        return answer.status_code, answer.content

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()
