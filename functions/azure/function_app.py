"""Azure Functions (Python v2 model): a route for each tool, the catalog at `/mcp`, and the orchestrator's timer.

An app per function, with the identity of its own, has just the one that TOLLGATE_FUNCTION names: a tool, `catalog` or
`orchestrator`. Without it the app has every tool and the catalog. The orchestrator is never among tools: it reaches the
database, and they must not.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Awaitable, Callable
from functools import cache

import azure.functions as func

from functions.binding import bind
from functions.registry import tool_names
from mcp_handlers.kernel import deadline, otel
from mcp_handlers.kernel.endpoint import Endpoint
from workflow.model.errors import BadRequest

CLOUD = "azure"
FUNCTION = "TOLLGATE_FUNCTION"
CATALOG, ORCHESTRATOR = "catalog", "orchestrator"
TICK = "%TOLLGATE_TICK%"
"""The host puts this setting here: when the orchestrator looks, as `second minute hour day month weekday`."""

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
"""Anonymous to the host: the kernel checks the bearer token itself, and the gateway its own key."""


@cache
def endpoint(function: str) -> Endpoint:
    """The endpoint of a tool or of the catalog, bound at its first call."""
    _observe()
    if function != CATALOG:
        return bind(CLOUD, function, os.environ)
    # A tool calls no other function.
    from functions.catalog import deployed
    from functions.http import HttpPost

    return deployed(CLOUD, os.environ, HttpPost())


@cache
def _observe() -> None:
    """Once for the app, whose functions share a process."""
    otel.start(os.environ, f"tollgate-{CLOUD}")


async def answer(function: str, request: func.HttpRequest) -> func.HttpResponse:
    """The host's request → rpc → the host's answer."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    with deadline.within(deadline.limit(os.environ)):
        response = await endpoint(function).rpc(headers, request.get_body())
    return func.HttpResponse(response.body, status_code=response.status, headers=response.headers)


def tick(timer: func.TimerRequest) -> None:
    """One look at what is due."""
    _observe()
    # By name: what a tool's artefact holds is read from the imports, and the workflow is nothing that a tool needs.
    importlib.import_module("functions.azure.timer").tick()


def _answering(function: str) -> Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]:
    async def call(req: func.HttpRequest) -> func.HttpResponse:
        return await answer(function, req)

    return call


def chosen(function: str) -> tuple[str, ...]:
    """The functions of this app. Raises BadRequest for a name that is none's."""
    known = (*tool_names(), CATALOG, ORCHESTRATOR)
    if function and function not in known:
        raise BadRequest(f"There is no function {function!r}.", f"Set {FUNCTION} to one of {', '.join(known)}.")
    return (function,) if function else (*tool_names(), CATALOG)


for _name in chosen(os.environ.get(FUNCTION, "")):
    if _name == ORCHESTRATOR:
        app.function_name(_name)(app.timer_trigger(arg_name="timer", schedule=TICK)(tick))
    else:
        _route = "mcp" if _name == CATALOG else f"mcp/{_name}"
        app.function_name(_name)(app.route(route=_route, methods=["POST"])(_answering(_name)))
