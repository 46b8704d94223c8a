"""The API as one route of an Azure Functions app (Python v2 model)."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import azure.functions as func

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.api.call import Web
from functions.api.function import Kept, below
from functions.api.operation import ROOT
from functions.azure.held import settings
from functions.azure.telling import observe
from mcp_handlers.kernel import deadline

blueprint = func.Blueprint()
METHODS = ["GET", "HEAD", "POST"]
kept = Kept(settings)
"""One for as long as the worker lives, in its own event loop."""


@blueprint.function_name("api")
@blueprint.route(route=f"{ROOT.removeprefix('/')}/{{*rest}}", methods=METHODS, auth_level=func.AuthLevel.ANONYMOUS)
async def api(req: func.HttpRequest) -> func.HttpResponse:
    """Everything below the API's root. Anonymous to the host: the API checks the bearer token itself."""
    observe()
    where = urlsplit(req.url)
    headers = {name.lower(): value for name, value in req.headers.items()}
    web = Web(req.method or "GET", below(where.path), where.query, headers, req.get_body())
    with deadline.within(deadline.limit(os.environ)):
        found = await kept.answer(web)
    return func.HttpResponse(found.body, status_code=found.status, headers=found.headers)
