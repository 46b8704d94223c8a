"""The control plane as a Cloud Run function (functions-framework): all addresses that no other function has."""

from __future__ import annotations

import os

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.body import bounded
from functions.control import ControlPlane
from functions.gcp.held import settings
from functions.gcp.telling import observe
from functions.gcp.wire import headers_of
from functions.web import lines
from mcp_handlers.kernel import deadline, telemetry
from mcp_handlers.kernel.limits import MAX_BODY

plane = ControlPlane(settings)
"""One for as long as the instance lives, in the server's own event loop."""


@functions_framework.aio.http
async def control(request: Request) -> Response:
    """The framework's request → the web application → the framework's answer."""
    observe("control")
    # As it was sent: an escaped slash is no part of the path.
    path, query = request.scope["raw_path"].decode("latin-1").partition("?")[0], request.url.query
    body, headers = await bounded(request, MAX_BODY), headers_of(request.headers.items())
    with deadline.within(deadline.limit(os.environ)):
        answer = await plane.ask(request.method, f"{path}?{query}" if query else path, headers, body)
    telemetry.flush()
    found = Response(answer.content, answer.status_code)
    found.raw_headers = [(name.encode(), value.encode("latin-1")) for name, value in lines(answer)]
    found.headers["content-length"] = str(len(answer.content))
    return found
