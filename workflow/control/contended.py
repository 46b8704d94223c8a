"""A budget that many want at once: whoever was outrun judges again in turn, until nobody was quicker."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from workflow.model.errors import Contended

T = TypeVar("T")

TRIES = 40
"""How often at most a decision is made anew. docs/decisions/budgets.md has what was measured."""
LONGEST_PAUSE = 1.0
PATIENCE = 5.0
"""Seconds that a turn is waited for. Nothing is safe by it, so nobody has to have it: a gate may be slow."""


class Turns:
    """Whose turn it is to spend a tenant's money, in this process. Safe it is by the store's compare-and-set alone."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def uncontended(self, tenant: str, once: Callable[[], Awaitable[T | None]]) -> T:
        """What `once` comes to. It is called again where it returns None, which says that others spent meanwhile.

        Raises Contended after TRIES: then nothing was held and nothing told.
        """
        found = await once()
        if found is not None:
            return found
        async with self._turn(tenant):
            return await _again(tenant, once)

    @asynccontextmanager
    async def _turn(self, tenant: str) -> AsyncIterator[None]:
        lock = self._locks[tenant]
        mine = await _got(lock)
        try:
            yield
        finally:
            if mine:
                lock.release()


async def _got(lock: asyncio.Lock) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            return await lock.acquire()
    except TimeoutError:
        return False


async def _again(tenant: str, once: Callable[[], Awaitable[T | None]]) -> T:
    async def tried() -> T:
        found = await once()
        if found is None:
            raise Contended(f"Others of tenant {tenant} spent again and again while this was judged.")
        return found

    # In this process it is our turn; the pauses let other processes by.
    tries = AsyncRetrying(
        retry=retry_if_exception_type(Contended),
        stop=stop_after_attempt(TRIES - 1),
        wait=wait_random_exponential(multiplier=0.01, max=LONGEST_PAUSE),
        reraise=True,
    )
    return await tries(tried)
