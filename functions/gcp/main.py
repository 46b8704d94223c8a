"""Cloud Run functions (functions-framework): a target per tool, named as the tool."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from functools import cache
from typing import Any

import functions_framework
from flask import Request, Response

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.binding import bind
from functions.gcp.wire import headers_of
from functions.registry import tool_names
from mcp_handlers.kernel import deadline, log, otel, telemetry
from mcp_handlers.kernel.endpoint import Endpoint

CLOUD = "gcp"


@cache
def endpoint(tool: str) -> Endpoint:
    """The tool's endpoint, bound once in an instance."""
    log.install()
    otel.start(os.environ, f"tollgate-{CLOUD}-{tool}")
    return bind(CLOUD, tool, os.environ)


def answer(tool: str, request: Request) -> Response:
    """The framework's request → rpc → the framework's answer."""
    headers = headers_of(request.headers.items())
    with deadline.within(deadline.limit(os.environ)):
        response = asyncio.run(endpoint(tool).rpc(headers, request.get_data()))
    telemetry.flush()
    return Response(response.body, status=response.status, headers=response.headers)


def _target(tool: str) -> Callable[[Request], Any]:
    def call(request: Request) -> Response:
        return answer(tool, request)

    # The framework knows a target by its function's name.
    call.__name__ = tool
    return functions_framework.http(call)


globals().update({tool: _target(tool) for tool in tool_names()})
