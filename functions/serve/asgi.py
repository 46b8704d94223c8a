"""An Endpoint on a web server: reads the body within the limit, hands it to `rpc`, writes the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.limits import MAX_BODY


def app(endpoints: Mapping[str, Endpoint], name: str) -> Starlette:
    """A web application with each endpoint at its path, and `/healthz`."""

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "name": name, "endpoints": sorted(endpoints)})

    routes = [Route(path, _served(endpoint), methods=["POST"]) for path, endpoint in endpoints.items()]
    return Starlette(routes=[Route("/healthz", health, methods=["GET"]), *routes])


def _served(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                break
        told = await endpoint.rpc(dict(request.headers.items()), bytes(body))
        return Response(told.body, told.status, told.headers)

    return answer
