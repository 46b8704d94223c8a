"""A web application behind API Gateway: its events (payload 2.0) become requests, which the application answers."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping

import httpx

from functions.aws.wire import Event, headers, posted
from functions.web import lines

PLAIN = ("application/json", "text/", "application/javascript")
"""What API Gateway takes as text; the rest goes in base64."""

Ask = Callable[[str, str, Mapping[str, str], bytes], Awaitable[httpx.Response]]
"""The application: method, path with its query, headers and body in; its answer out."""


async def through(ask: Ask, event: Event) -> Event:
    """One request and its whole answer."""
    about = event.get("requestContext") or {}
    query = event.get("rawQueryString") or ""
    path = (event.get("rawPath") or "/") + (f"?{query}" if query else "")
    told = headers(event)
    if event.get("cookies"):
        told["cookie"] = "; ".join(event["cookies"])
    told.setdefault("host", about.get("domainName") or "localhost")
    method = (about.get("http") or {}).get("method") or "GET"
    return _answered(await ask(method, path, told, posted(event)))


def _answered(done: httpx.Response) -> Event:
    plain = not done.content or done.headers.get("content-type", "").startswith(PLAIN)
    body = done.content.decode() if plain else base64.b64encode(done.content).decode()
    return {
        "statusCode": done.status_code,
        "headers": {name: value for name, value in lines(done) if name != "set-cookie"},
        "cookies": done.headers.get_list("set-cookie"),
        "body": body,
        "isBase64Encoded": not plain,
    }
