"""A Cloud Run function (functions-framework): the cloud's `/mcp`, which lists its tools and sends calls where they are
decided."""

from __future__ import annotations

import os
from functools import cache

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.body import bounded
from functions.catalog import deployed
from functions.gcp.held import secret
from functions.gcp.telling import observe
from functions.gcp.wire import headers_of
from functions.held import GATEWAY_KEYS, said
from functions.http import HttpPost
from mcp_handlers.kernel import deadline, telemetry
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.limits import MAX_BODY

CLOUD = "gcp"


@cache
def endpoint() -> Endpoint:
    """The catalog's endpoint, made once in an instance."""
    observe("catalog")
    keys = said(os.environ, GATEWAY_KEYS, secret)
    return deployed(CLOUD, os.environ, HttpPost(), keys.get(CLOUD, ""))


@functions_framework.aio.http
async def catalog(request: Request) -> Response:
    """The framework's request → rpc → the framework's answer, on the server's own loop: the connections are kept."""
    body, headers = await bounded(request, MAX_BODY), headers_of(request.headers.items())
    with deadline.within(deadline.limit(os.environ)):
        response = await endpoint().rpc(headers, body)
    telemetry.flush()
    return Response(response.body, response.status, response.headers)
