"""An Endpoint on a web server of this machine: reads the body within the limit, hands it to `rpc`, writes the answer.

Only what names this machine is listened to, as MCP asks of local servers: a web page that has its own name resolve to
127.0.0.1 must not reach them through somebody's browser.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.body import bounded
from functions.serve.progress import BEAT, answered, progress_token
from mcp_handlers.kernel.endpoint import Endpoint, Service
from mcp_handlers.kernel.limits import MAX_BODY
from workflow.model.base import Json

if TYPE_CHECKING:
    from functions.serve.sse import Sse

LOCAL = ("127.0.0.1", "localhost")
"""The names of this machine, where the servers listen."""
MESSAGES = "/messages/"
"""Where a client of the old transport posts what it says."""


def app(
    endpoints: Mapping[str, Endpoint],
    name: str,
    more: Sequence[BaseRoute] = (),
    *,
    beat: float = BEAT,
    standing: Callable[[], Json] = dict,
) -> Starlette:
    """A web application that answers this machine only. A long call tells its progress every `beat` seconds to a client
    that asked for it; `standing` is what else it says of how it is."""
    local = [
        Middleware(TrustedHostMiddleware, allowed_hosts=list(LOCAL), www_redirect=False),
        Middleware(LocalOrigin),
    ]
    return routed(endpoints, name, more, beat=beat, middleware=local, standing=standing)


def routed(
    endpoints: Mapping[str, Endpoint],
    name: str,
    more: Sequence[BaseRoute] = (),
    *,
    beat: float = BEAT,
    middleware: Sequence[Middleware] = (),
    standing: Callable[[], Json] = dict,
) -> Starlette:
    """A web application with each endpoint at its path, `/healthz`, and `more` routes."""

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "name": name, "endpoints": sorted(endpoints), **standing()})

    routes = [Route(path, _served(endpoint, beat), methods=["POST"]) for path, endpoint in endpoints.items()]
    return Starlette(routes=[Route("/healthz", health, methods=["GET"]), *routes, *more], middleware=middleware)


def sse_routes(service: Service) -> list[BaseRoute]:
    """The transport before streamable HTTP: `GET /sse` opens the stream, `POST /messages/` takes the client's words."""
    sse = LazySse(service)
    return [Route("/sse", sse, methods=["GET"]), Mount(MESSAGES, app=sse)]


class LazySse:
    """`Sse`, made when the first client comes: the official SDK takes longer to import than the rest of the process."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @cached_property
    def _sse(self) -> Sse:
        from functions.serve.sse import Sse

        return Sse(self._service, MESSAGES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        await self._sse(scope, receive, send)


class LocalOrigin:
    """Lets through what no web page sent, or one of this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 for another origin."""
        foreign = scope["type"] == "http" and not _local(Request(scope).headers.get("origin"))
        refusal = Response("This server answers pages of this machine only.", 403)
        await (refusal if foreign else self._app)(scope, receive, send)


def folded(lines: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Header lines as one mapping. A header sent twice has both values, so that no two readers take it differently."""
    found: dict[str, str] = {}
    for name, value in lines:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _served(endpoint: Endpoint, beat: float) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body, headers = await bounded(request, MAX_BODY), folded(request.headers.items())
        return await answered(endpoint.rpc(headers, body), progress_token(headers, body), beat)

    return answer


def _local(origin: str | None) -> bool:
    try:
        return origin is None or urlsplit(origin).hostname in LOCAL
    except ValueError:
        return False
