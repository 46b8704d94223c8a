"""The API as a function: the store is opened, one request is answered. A stream is what came within its time."""

from __future__ import annotations

from dataclasses import replace

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.api.call import Web
from functions.api.operation import ROOT
from functions.api.stream import HEADERS, Pace
from functions.http import HttpPost
from functions.judges import bench
from functions.serve.api import api
from functions.serve.plane import control
from functions.serve.settings import Settings, settings
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.response import Response
from workflow.store.store import open_store

PACE = Pace(longest=20.0)
"""Gateways give a function half a minute; readers of a stream come again with the last entry that they have."""


async def answer(web: Web, told: Settings | None = None, pace: Pace = PACE) -> Response:
    """One request."""
    told, post = told or settings(), HttpPost()
    async with open_store(told.database) as store:
        judges = bench(store, SystemClock())
        try:
            whole = api(told, store, control(told, store, post, judges.gate), judges)
            found = await replace(whole, pace=pace).answer(web)
            if isinstance(found, Response):
                return found
            return Response(200, "".join([event async for event in found]).encode(), dict(HEADERS))
        finally:
            await judges.close()
            await post.close()


def below(path: str) -> str:
    """A request's path below the API's root, wherever a gateway has put it."""
    return path.partition(ROOT)[2]
