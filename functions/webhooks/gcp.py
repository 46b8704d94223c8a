"""The doors as a Cloud Run function (functions-framework): which one, the address's last part says."""

from __future__ import annotations

import functions_framework
from flask import Request, Response

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.gcp import wire
from functions.gcp.held import settings
from functions.gcp.loop import run
from functions.gcp.telling import observe
from functions.webhooks.function import Kept, headers_of
from mcp_handlers.kernel import telemetry

kept = Kept(settings)
"""One for as long as the instance lives."""


@functions_framework.http
def webhooks(request: Request) -> Response:
    """The framework's request → one delivery → the framework's answer."""
    observe("webhooks")
    # Before anything reads the form: what is signed is the raw body.
    body = request.get_data(parse_form_data=False)
    door = request.path.rpartition("/")[2]
    answer = run(kept.receive(door, wire.headers_of(request.headers.items()), body))
    telemetry.flush()
    return Response(answer.content, status=answer.status, headers=headers_of(answer))
