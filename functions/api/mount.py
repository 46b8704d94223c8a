"""The API on a web server: reads the request within the limit, hands it on, writes the answer or the stream."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response as WebResponse
from starlette.responses import StreamingResponse
from starlette.routing import BaseRoute, Route

from functions.api.api import Api
from functions.api.call import MAX_BODY, Web
from functions.api.operation import ROOT
from functions.api.stream import HEADERS
from functions.body import bounded
from mcp_handlers.kernel.response import Response

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


def api_routes(api: Api, before: Sequence[Middleware] = ()) -> list[BaseRoute]:
    """Everything below `/api/v1`; `before` stands in front of it."""

    async def serve(request: Request) -> WebResponse:
        found = await api.answer(await _web(request))
        if isinstance(found, Response):
            return WebResponse(found.body, found.status, found.headers)
        return StreamingResponse(found, headers=HEADERS)

    return [Route(f"{ROOT}{{path:path}}", serve, methods=METHODS, middleware=list(before))]


async def _web(request: Request) -> Web:
    body = await bounded(request, MAX_BODY)
    # As it was sent: an escaped slash is no part of the path.
    raw = request.scope.get("raw_path") or request.url.path.encode()
    path = raw.decode("ascii", "replace").partition("?")[0].removeprefix(ROOT)
    headers = dict(request.headers.items())
    return Web(request.method, path, request.scope.get("query_string", b"").decode("latin-1"), headers, body)
