"""Every door as a route of an Azure Functions app (Python v2 model): `/hooks/{door}`."""

from __future__ import annotations

import azure.functions as func

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.azure.held import settings
from functions.azure.telling import observe
from functions.webhooks.function import Kept, headers_of

blueprint = func.Blueprint()
kept = Kept(settings)
"""One for as long as the worker lives, in its own event loop."""


@blueprint.function_name("webhooks")
@blueprint.route(route="hooks/{door}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def hook(req: func.HttpRequest) -> func.HttpResponse:
    """The host's request → one delivery → the host's answer. Each door checks its service's own signature."""
    observe()
    found = await kept.receive(req.route_params.get("door", ""), dict(req.headers), req.get_body())
    return func.HttpResponse(found.content, status_code=found.status, headers=headers_of(found))
