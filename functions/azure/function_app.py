"""Azure Functions (Python v2 model): a route for each tool, the catalog at `/mcp`, and the control plane's parts.

An app per function, with the identity of its own, has just the one that TOLLGATE_FUNCTION names: a tool, the catalog,
or a part of the control plane. Without it the app has every tool and the catalog. The control plane is never among
tools: it reaches the database, and they must not.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Awaitable, Callable
from functools import cache

import azure.functions as func

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.azure.telling import observe
from functions.binding import bind
from functions.registry import tool_names
from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.endpoint import Endpoint
from workflow.model.errors import BadRequest

CLOUD = "azure"
FUNCTION = "TOLLGATE_FUNCTION"
CATALOG = "catalog"
PLANE = {
    CATALOG: "functions.azure.catalog",
    "orchestrator": "functions.orchestrate.azure",
    "reevaluate": "functions.reevaluate.azure",
    "cleanup": "functions.cleanup.azure",
    "api": "functions.api.azure",
    "webhooks": "functions.webhooks.azure",
    "control": "functions.azure.control",
}
"""What is no tool, by the module whose blueprint it is. By name: what a tool's artefact holds is read from the imports,
and a tool needs none of these."""

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
"""Anonymous to the host: the kernel checks the bearer token itself, and the gateway its own key."""


@cache
def endpoint(function: str) -> Endpoint:
    """The endpoint of a tool, bound at its first call."""
    observe()
    return bind(CLOUD, function, os.environ)


async def answer(function: str, request: func.HttpRequest) -> func.HttpResponse:
    """The host's request → rpc → the host's answer."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    with deadline.within(deadline.limit(os.environ)):
        response = await endpoint(function).rpc(headers, request.get_body())
    return func.HttpResponse(response.body, status_code=response.status, headers=response.headers)


def _answering(function: str) -> Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]:
    async def call(req: func.HttpRequest) -> func.HttpResponse:
        return await answer(function, req)

    return call


def chosen(function: str) -> tuple[str, ...]:
    """The functions of this app. Raises BadRequest for a name that is none's."""
    known = (*tool_names(), *PLANE)
    if function and function not in known:
        raise BadRequest(f"There is no function {function!r}.", f"Set {FUNCTION} to one of {', '.join(known)}.")
    return (function,) if function else (*tool_names(), CATALOG)


def register(into: func.FunctionApp, function: str) -> None:
    """Give an app one function."""
    if function in PLANE:
        into.register_functions(importlib.import_module(PLANE[function]).blueprint)
        return
    into.function_name(function)(into.route(route=f"mcp/{function}", methods=["POST"])(_answering(function)))


for _name in chosen(os.environ.get(FUNCTION, "")):
    register(app, _name)
