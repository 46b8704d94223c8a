"""The control plane as a route of an Azure Functions app (Python v2 model): what no other function has."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import azure.functions as func

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.azure.held import settings
from functions.azure.telling import observe
from functions.control import ControlPlane
from functions.web import lines
from mcp_handlers.kernel import deadline

blueprint = func.Blueprint()
plane = ControlPlane(settings)
"""One for as long as the worker lives, in its own event loop."""


@blueprint.function_name("control")
@blueprint.route(route="{*path}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def control(req: func.HttpRequest) -> func.HttpResponse:
    """The host's request → the web application → the host's answer. Who calls is the application's own matter."""
    observe()
    where = urlsplit(req.url)
    path = f"{where.path}?{where.query}" if where.query else where.path
    headers = {"host": where.netloc, **{name.lower(): value for name, value in req.headers.items()}}
    with deadline.within(deadline.limit(os.environ)):
        answer = await plane.ask(req.method or "GET", path, headers, req.get_body())
    found = dict(lines(answer))
    return func.HttpResponse(answer.content, status_code=answer.status_code, headers=found)
