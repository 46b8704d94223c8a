"""The API as one route of an Azure Functions app (Python v2 model)."""

from __future__ import annotations

from urllib.parse import urlsplit

import azure.functions as func

from functions.api.call import Web
from functions.api.function import answer, below
from functions.api.operation import ROOT

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
"""Anonymous to the host: the API checks the bearer token itself."""
METHODS = ["GET", "HEAD", "POST"]


async def serve(request: func.HttpRequest) -> func.HttpResponse:
    """The host's request → one request → the host's answer."""
    where = urlsplit(request.url)
    headers = {name.lower(): value for name, value in request.headers.items()}
    found = await answer(Web(request.method, below(where.path), where.query, headers, request.get_body()))
    return func.HttpResponse(found.body, status_code=found.status, headers=found.headers)


@app.function_name("api")
@app.route(route=f"{ROOT.removeprefix('/')}/{{*rest}}", methods=METHODS)
async def api(req: func.HttpRequest) -> func.HttpResponse:
    """Everything below the API's root."""
    return await serve(req)
