"""A read that a function cannot answer just now is asked again shortly: nothing was done, and no cloud is to blame.

Without it a function whose keys had not arrived yet would count as a cloud without quota.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from workflow.model.errors import TollgateError

T = TypeVar("T")
ATTEMPTS = 3
LONGEST_PAUSE = 2.0
PASSING = ("THROTTLED", "RATE_LIMITED", "OVERLOADED", "TRUST_UNKNOWN")
"""What passes by itself, by the errors' codes. A cloud that is down is not among them: the others are asked instead."""


async def asked_again(ask: Callable[[], Awaitable[T]]) -> T:
    """The answer to a read, asked up to three times within seconds. Raises what the last time raised."""
    tries = AsyncRetrying(
        retry=retry_if_exception(_passes),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.2, max=LONGEST_PAUSE),
        reraise=True,
    )
    async for attempt in tries:
        with attempt:
            return await ask()
    raise AssertionError("the last attempt raises")


def _passes(error: BaseException) -> bool:
    return isinstance(error, TollgateError) and error.code in PASSING
