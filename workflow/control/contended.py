"""A budget that many want at once: each judges again until nobody was quicker, with pauses that spread them out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from workflow.model.errors import Contended

T = TypeVar("T")

TRIES = 40
"""How often at most a decision is made anew. Of 200 that began at once on one budget the unluckiest took a third."""
LONGEST_PAUSE = 1.0


async def uncontended(tenant: str, once: Callable[[], Awaitable[T | None]]) -> T:
    """What `once` comes to. It is called again where it returns None, which says that others spent meanwhile.

    Raises Contended after TRIES: then nothing was held and nothing told.
    """

    async def tried() -> T:
        found = await once()
        if found is None:
            raise Contended(f"Others of tenant {tenant} spent again and again while this was judged.")
        return found

    tries = AsyncRetrying(
        retry=retry_if_exception_type(Contended),
        stop=stop_after_attempt(TRIES),
        wait=wait_random_exponential(multiplier=0.01, max=LONGEST_PAUSE),
        reraise=True,
    )
    return await tries(tried)
