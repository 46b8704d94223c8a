"""Cloud Run functions (functions-framework): one tool, named by TOLLGATE_TOOL."""

from __future__ import annotations

import asyncio
import os
from functools import cache

import functions_framework
from flask import Request, Response

from functions.binding import bind
from mcp_handlers.kernel import deadline, log, otel, telemetry
from mcp_handlers.kernel.endpoint import Endpoint

CLOUD = "gcp"


@cache
def endpoint() -> Endpoint:
    """The tool's endpoint, bound once in an instance."""
    log.install()
    otel.start(os.environ, f"tollgate-{CLOUD}-{os.environ['TOLLGATE_TOOL']}")
    return bind(CLOUD, os.environ["TOLLGATE_TOOL"], os.environ)


@functions_framework.http
def mcp(request: Request) -> Response:
    """The framework's request → rpc → the framework's answer."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    with deadline.within(deadline.limit(os.environ)):
        response = asyncio.run(endpoint().rpc(headers, request.get_data()))
    telemetry.flush()
    return Response(response.body, status=response.status, headers=response.headers)
