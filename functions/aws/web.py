"""A web application behind API Gateway: its events (payload 2.0) become requests, which the application answers."""

from __future__ import annotations

import base64

import httpx
from starlette.types import ASGIApp

from functions.aws.wire import Event, headers, posted

PLAIN = ("application/json", "text/", "application/javascript")
"""What API Gateway takes as text; the rest goes in base64."""
HOP = frozenset({"connection", "content-length", "transfer-encoding"})


class Web:
    """The application, for as long as the process lives."""

    def __init__(self, application: ASGIApp) -> None:
        transport = httpx.ASGITransport(app=application)
        # Redirects are the browser's business, and nothing of this process's surroundings is.
        self._client = httpx.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)

    async def answer(self, event: Event) -> Event:
        """One request and its whole answer."""
        about = event.get("requestContext") or {}
        query = event.get("rawQueryString") or ""
        path = (event.get("rawPath") or "/") + (f"?{query}" if query else "")
        told = headers(event)
        if event.get("cookies"):
            told["cookie"] = "; ".join(event["cookies"])
        url = f"https://{told.get('host') or about.get('domainName') or 'localhost'}{path}"
        method = (about.get("http") or {}).get("method") or "GET"
        sent = {name: value for name, value in told.items() if name not in HOP}
        done = await self._client.request(method, url, headers=sent, content=posted(event), timeout=None)
        return _answered(done)


def _answered(done: httpx.Response) -> Event:
    kind = done.headers.get("content-type", "")
    plain = not done.content or kind.startswith(PLAIN)
    found = {name: value for name, value in done.headers.items() if name not in (*HOP, "set-cookie")}
    body = done.content.decode() if plain else base64.b64encode(done.content).decode()
    return {
        "statusCode": done.status_code,
        "headers": found,
        "cookies": done.headers.get_list("set-cookie"),
        "body": body,
        "isBase64Encoded": not plain,
    }
