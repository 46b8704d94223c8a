"""Azure Functions (Python v2 model): a route per tool under `/mcp/{tool}`."""

from __future__ import annotations

import os
from functools import cache

import azure.functions as func

from functions.binding import bind
from functions.registry import tool_names
from mcp_handlers.kernel import deadline, otel
from mcp_handlers.kernel.endpoint import Endpoint

CLOUD = "azure"
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
"""Anonymous to the host: the kernel checks the bearer token itself, and the gateway its own key."""


@cache
def endpoint(tool: str) -> Endpoint:
    """The tool's endpoint, bound at its first call."""
    _observe()
    return bind(CLOUD, tool, os.environ)


@cache
def _observe() -> None:
    """Once for the app, whose functions share a process."""
    otel.start(os.environ, f"tollgate-{CLOUD}")


async def answer(tool: str, request: func.HttpRequest) -> func.HttpResponse:
    """The host's request → rpc → the host's answer."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    with deadline.within(deadline.limit(os.environ)):
        response = await endpoint(tool).rpc(headers, request.get_body())
    return func.HttpResponse(response.body, status_code=response.status, headers=response.headers)


def _route(tool: str) -> None:
    async def call(req: func.HttpRequest) -> func.HttpResponse:
        return await answer(tool, req)

    app.function_name(tool)(app.route(route=f"mcp/{tool}", methods=["POST"])(call))


for _tool in tool_names():
    _route(_tool)
