"""Walls between clouds: what one is slow with takes its own places and nobody else's.

Over the limit a call is refused at once and not queued: a queue in front of something slow only makes callers wait for
an answer that comes too late. The places are this process's own.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from workflow.model.errors import Overloaded

PLACES = 64
"""Calls under way at once on one cloud. They wait on the network, so there are many more than processors."""
AGAIN_SECONDS = 1.0
"""When to ask again. The median call ends within it."""

T = TypeVar("T")


class Bulkhead:
    """`places` for blocking calls, each on a worker thread of its own."""

    def __init__(self, name: str, places: int = PLACES) -> None:
        self._name = name
        self._free = threading.BoundedSemaphore(places)
        # Not asyncio's own pool: all clouds would share its few threads, and asyncio.run waits for every one of them.
        self._pool = ThreadPoolExecutor(places, thread_name_prefix=name)

    async def run(self, work: Callable[[], T], seconds: float | None) -> T:
        """What `work` returns, done on a thread in the caller's context. Raises Overloaded where no place is free.

        TimeoutError after `seconds`: the thread goes on and keeps its place until it is done.
        """
        _take(self._free, self._name)
        try:
            job = self._pool.submit(contextvars.copy_context().run, work)
        except BaseException:
            self._free.release()
            raise
        job.add_done_callback(self._release)
        async with asyncio.timeout(seconds):
            return await asyncio.wrap_future(job)

    def _release(self, job: Future[T]) -> None:
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


def _take(free: threading.BoundedSemaphore, name: str) -> None:
    if not free.acquire(blocking=False):
        raise Overloaded(f"{name} has as many calls under way as it takes.", retry_after=AGAIN_SECONDS)
