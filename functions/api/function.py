"""The API as a function: its store is opened once, each request is answered. A stream is what came within its time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.api.api import Api
from functions.api.call import Web
from functions.api.operation import ROOT
from functions.api.problem import problem
from functions.api.stream import HEADERS, Pace
from functions.http import HttpPost
from functions.judges import Bench, bench
from functions.serve.api import api
from functions.serve.plane import control
from functions.serve.settings import Settings
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.response import Response
from workflow.model.errors import TollgateError
from workflow.store.store import open_store

log = logging.getLogger(__name__)
PACE = Pace(longest=20.0)
"""Gateways give a function half a minute; readers of a stream come again with the last entry that they have."""


class Kept:
    """The API over its store, opened with the first request. What fails then is tried again with the next one.

    For one event loop. A cloud ends the process without a word, which the store bears; who ends by itself closes it.
    """

    _api: Api
    _judges: Bench

    def __init__(self, told: Callable[[], Settings], pace: Pace = PACE) -> None:
        self._told, self._pace = told, pace
        self._turn = asyncio.Lock()
        self._open: AsyncExitStack | None = None

    async def answer(self, web: Web) -> Response:
        """One request. Where the settings lack something, or the store or the vault is away, a problem."""
        try:
            async with self._turn:
                if self._open is None:
                    async with AsyncExitStack() as stack:
                        await self._opened(stack)
                        self._open = stack.pop_all()
        except TollgateError as error:
            log.warning("the API could not be opened", extra={"code": error.code})
            return problem(error)
        found = await self._api.answer(web)
        if not isinstance(found, Response):
            found = Response(200, "".join([event async for event in found]).encode(), dict(HEADERS))
        if self._judges.shadowed is not None:
            # Between two requests nothing goes on here.
            await self._judges.shadowed.drained()
        return found

    async def close(self) -> None:
        """Let go of everything; the next request opens it again."""
        stack, self._open = self._open, None
        if stack is not None:
            await stack.aclose()

    async def _opened(self, stack: AsyncExitStack) -> None:
        told, post = self._told(), HttpPost()
        store = await stack.enter_async_context(open_store(told.database))
        stack.push_async_callback(post.close)
        self._judges = bench(store, SystemClock())
        stack.push_async_callback(self._judges.close)
        whole = api(told, store, control(told, store, post, self._judges.gate), self._judges)
        self._api = replace(whole, pace=self._pace)


def below(path: str) -> str:
    """A request's path below the API's root, wherever a gateway has put it."""
    return path.partition(ROOT)[2]
