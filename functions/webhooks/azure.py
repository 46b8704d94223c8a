"""Every door as a route of an Azure Functions app (Python v2 model): `/hooks/{door}`."""

from __future__ import annotations

import azure.functions as func

from functions.webhooks.doors import NAMES
from functions.webhooks.function import headers_of, receive

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
"""Anonymous to the host: each door checks its service's own signature."""


async def answer(name: str, request: func.HttpRequest) -> func.HttpResponse:
    """The host's request → one delivery → the host's answer."""
    found = await receive(name, dict(request.headers), request.get_body())
    return func.HttpResponse(found.content, status_code=found.status, headers=headers_of(found))


def _route(name: str) -> None:
    async def call(req: func.HttpRequest) -> func.HttpResponse:
        return await answer(name, req)

    app.function_name(f"hook_{name}")(app.route(route=f"hooks/{name}", methods=["POST"])(call))


for _name in NAMES:
    _route(_name)
