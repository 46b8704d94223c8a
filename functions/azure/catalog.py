"""The cloud's `/mcp` as a route of an Azure Functions app (Python v2 model): lists tools, and sends calls where they
are decided."""

from __future__ import annotations

import os
from functools import cache

import azure.functions as func

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.azure.telling import observe
from functions.catalog import deployed
from functions.http import HttpPost
from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.endpoint import Endpoint

CLOUD = "azure"
blueprint = func.Blueprint()


@cache
def endpoint() -> Endpoint:
    """The catalog's endpoint, made once in an app."""
    observe()
    return deployed(CLOUD, os.environ, HttpPost())


@blueprint.function_name("catalog")
@blueprint.route(route="mcp", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def catalog(req: func.HttpRequest) -> func.HttpResponse:
    """The host's request → rpc → the host's answer."""
    headers = {name.lower(): value for name, value in req.headers.items()}
    with deadline.within(deadline.limit(os.environ)):
        response = await endpoint().rpc(headers, req.get_body())
    return func.HttpResponse(response.body, status_code=response.status, headers=response.headers)
