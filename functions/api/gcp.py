"""The API as a Cloud Run function (functions-framework)."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import functions_framework
from flask import Request, Response

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.api.call import Web
from functions.api.function import Kept, below
from functions.gcp.held import settings
from functions.gcp.loop import run
from functions.gcp.telling import observe
from functions.gcp.wire import headers_of
from mcp_handlers.kernel import deadline, telemetry

kept = Kept(settings)
"""One for as long as the instance lives."""


@functions_framework.http
def api(request: Request) -> Response:
    """The framework's request → one request → the framework's answer."""
    observe("api")
    # As it was sent: an escaped slash is no part of the path.
    path = urlsplit(request.environ.get("RAW_URI") or request.path).path
    query, headers = request.query_string.decode("latin-1"), headers_of(request.headers.items())
    with deadline.within(deadline.limit(os.environ)):
        found = run(kept.answer(Web(request.method, below(path), query, headers, request.get_data())))
    telemetry.flush()
    return Response(found.body, status=found.status, headers=found.headers)
