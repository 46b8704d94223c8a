"""The doors as a function: the store is opened once, each delivery is taken in and answered."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.orchestrate.wake import wake
from functions.serve.settings import Settings
from functions.webhooks.acting import Acting
from functions.webhooks.doors import door
from functions.webhooks.people import people
from functions.webhooks.port import Answer, Posted
from functions.webhooks.reception import Reception, failure, later
from mcp_handlers.kernel.clock import SystemClock
from workflow.control.approvals.desk import Desk
from workflow.intake.intake import Intake
from workflow.model.approval import STRICT
from workflow.model.errors import BadRequest, Retryable
from workflow.model.ports import Store
from workflow.model.wake import Wake
from workflow.store.store import open_store


def reception(store: Store, waking: Wake, environ: Mapping[str, str] = os.environ) -> Reception:
    """Over the store, with the people that are set."""
    clock = SystemClock()
    # Nothing is put to people here, so that no terms for it are needed.
    desk = Desk(store, clock, STRICT, waking)
    return Reception(store, Acting(store, Intake(store, waking, clock), desk, people(environ), clock), clock)


class Kept:
    """The doors over their store, opened with the first delivery. What fails then is tried again with the next one.

    For one event loop. A cloud ends the process without a word, which the store bears; who ends by itself closes it.
    """

    _store: Store
    _waking: Wake

    def __init__(self, told: Callable[[], Settings]) -> None:
        self._told = told
        self._turn = asyncio.Lock()
        self._open: AsyncExitStack | None = None

    async def receive(self, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One delivery to the door of this name. 404 where there is none, or it is not set up; 503 for the sender to
        come again where the store or the vault is away."""
        try:
            told = self._told()
            await self._opened(told)
        except Retryable as error:
            return later(error)
        environ = {**os.environ, **told.doors}
        try:
            wanted = door(name, environ)
        except BadRequest as error:
            return failure(404, error)
        posted = Posted({key.lower(): value for key, value in headers.items()}, body)
        return await reception(self._store, self._waking, environ).receive(wanted, posted)

    async def close(self) -> None:
        """Let go of the store; the next delivery opens it again."""
        stack, self._open = self._open, None
        if stack is not None:
            await stack.aclose()

    async def _opened(self, told: Settings) -> None:
        async with self._turn:
            if self._open is None:
                async with AsyncExitStack() as stack:
                    self._store = await stack.enter_async_context(open_store(told.database))
                    self._waking = wake(os.environ)
                    self._open = stack.pop_all()


def headers_of(answer: Answer) -> dict[str, str]:
    """What goes along with an answer."""
    return {"content-type": "application/json", "cache-control": "no-store", **answer.headers}
