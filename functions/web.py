"""A web application inside a function: what the cloud's event says becomes a request, which the application answers."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
from starlette.types import ASGIApp

HOP = frozenset({"connection", "content-length", "transfer-encoding"})
"""What is between two neighbours only."""


class Web:
    """The application, for as long as the process lives."""

    def __init__(self, application: ASGIApp) -> None:
        transport = httpx.ASGITransport(app=application)
        # Redirects are the browser's business, and nothing of this process's surroundings is.
        self._client = httpx.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> httpx.Response:
        """One request and its whole answer. `path` is with its query; only TLS leads to a function."""
        sent = {name: value for name, value in headers.items() if name not in HOP}
        url = f"https://{headers.get('host') or 'localhost'}{path}"
        return await self._client.request(method, url, headers=sent, content=body, timeout=None)


def lines(answer: httpx.Response) -> list[tuple[str, str]]:
    """The answer's header lines, without those between neighbours."""
    return [(name, value) for name, value in answer.headers.multi_items() if name not in HOP]
