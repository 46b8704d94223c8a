"""Walls between clouds: what one is slow with takes its own places and nobody else's.

Over the limit a call is refused at once and not queued: a queue in front of something slow only makes callers wait for
an answer that comes too late. The places are this process's own.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from functools import partial
from typing import TypeVar

from workflow.model.errors import Overloaded

PLACES = 64
"""Calls under way at once on one cloud. They wait on the network, so there are many more than processors."""
AGAIN_SECONDS = 1.0
"""When to ask again. The median call ends within it."""

T = TypeVar("T")


class Bulkhead:
    """`places` for blocking calls, each on a worker thread of its own.

    Not asyncio's own pool: all clouds would share its few threads, and asyncio.run waits for every one of them.
    """

    def __init__(self, name: str, places: int = PLACES) -> None:
        self._name = name
        self._free = threading.BoundedSemaphore(places)
        # One thread each, and whichever worked last works next, because it is still awake on its processor. One pool
        # of many threads wakes them in turn, and handing over the work then takes twice as long.
        self._idle: list[ThreadPoolExecutor] = []

    async def run(self, work: Callable[[], T], seconds: float | None) -> T:
        """What `work` returns, done on a thread in the caller's context. Raises Overloaded where no place is free.

        TimeoutError after `seconds`: the thread goes on and keeps its place until it is done.
        """
        _take(self._free, self._name)
        try:
            worker, outcome = self._worker(), asyncio.get_running_loop().create_future()
            worker.submit(self._work, worker, outcome, contextvars.copy_context(), work)
        except BaseException:
            self._free.release()
            raise
        async with asyncio.timeout(seconds):
            made: T = await outcome
            return made

    def _work(
        self, worker: ThreadPoolExecutor, outcome: asyncio.Future[T], context: Context, work: Callable[[], T]
    ) -> None:
        """On the thread. What came of it is told to the loop at once: the way over asyncio.wrap_future takes a quarter
        of the whole crossing."""
        try:
            told = partial(_made, outcome, context.run(work))
        except BaseException as error:  # noqa: BLE001 - it belongs to the caller
            told = partial(_failed, outcome, error)
        self._release(worker)
        # A loop that was closed meanwhile has no caller that waits.
        with suppress(RuntimeError):
            outcome.get_loop().call_soon_threadsafe(told)

    def _worker(self) -> ThreadPoolExecutor:
        try:
            return self._idle.pop()
        except IndexError:
            return ThreadPoolExecutor(1, thread_name_prefix=self._name)

    def _release(self, worker: ThreadPoolExecutor) -> None:
        self._idle.append(worker)
        self._free.release()


class Lane:
    """`places` for calls that wait without a thread, such as those that are forwarded."""

    def __init__(self, name: str, places: int = PLACES) -> None:
        self._name = name
        self._free = threading.BoundedSemaphore(places)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place. Raises Overloaded where none is free."""
        _take(self._free, self._name)
        try:
            yield
        finally:
            self._free.release()


def _made(outcome: asyncio.Future[T], made: T) -> None:
    if not outcome.done():
        outcome.set_result(made)


def _failed(outcome: asyncio.Future[T], error: BaseException) -> None:
    if not outcome.done():
        # A future cannot carry StopIteration, and would never be settled.
        outcome.set_exception(RuntimeError("StopIteration") if isinstance(error, StopIteration) else error)


def _take(free: threading.BoundedSemaphore, name: str) -> None:
    if not free.acquire(blocking=False):
        raise Overloaded(f"{name} has as many calls under way as it takes.", retry_after=AGAIN_SECONDS)
