"""The doors on the control plane of this machine: `/hooks/{door}`."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from functions.body import bounded
from functions.orchestrate.wake import wake
from functions.webhooks.doors import doors
from functions.webhooks.function import headers_of, reception
from functions.webhooks.port import MAX_BODY, Door, Posted
from functions.webhooks.reception import Reception
from workflow.model.ports import Store

PATH = "/hooks"


def hook_routes(store: Store) -> list[BaseRoute]:
    """A route for every door that is set up."""
    desk = reception(store, wake(os.environ))
    return [Route(f"{PATH}/{name}", _served(desk, door), methods=["POST"]) for name, door in doors(os.environ).items()]


def _served(desk: Reception, door: Door) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        found = await desk.receive(door, Posted(dict(request.headers), await bounded(request, MAX_BODY)))
        return Response(found.content, found.status, headers_of(found))

    return answer
