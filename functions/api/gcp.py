"""The API as a Cloud Run function (functions-framework)."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import functions_framework
from flask import Request, Response

from functions.api.call import Web
from functions.api.function import answer, below


@functions_framework.http
def api(request: Request) -> Response:
    """The framework's request → one request → the framework's answer."""
    # As it was sent: an escaped slash is no part of the path.
    path = urlsplit(request.environ.get("RAW_URI") or request.path).path
    headers = {name.lower(): value for name, value in request.headers.items()}
    web = Web(request.method, below(path), request.query_string.decode("latin-1"), headers, request.get_data())
    found = asyncio.run(answer(web))
    return Response(found.body, status=found.status, headers=found.headers)
