"""Trying again, where that is safe and may help: growing pauses with full jitter, never past the deadline.

A read may always be repeated. A write is repeated after Throttled and OutcomeUnknown, because its key makes the repeat
the same effect. Nothing else of a write is: where a region is down, another place is better than another try.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from mcp_handlers.kernel import deadline
from workflow.model.base import Risk
from workflow.model.errors import (
    NoCapacity,
    NotFound,
    OutcomeUnknown,
    Overloaded,
    QuotaExceeded,
    Rejected,
    Throttled,
    TollgateError,
)

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from workflow.model.ports import Clock

ATTEMPTS = 3
BASE_SECONDS, CAP_SECONDS = 0.2, 5.0
PATIENCE_SECONDS = 10.0
"""The longest `retry_after` that is waited for here; a longer one is for the caller to know."""

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]
_ANSWERS = (NoCapacity, QuotaExceeded, NotFound, Rejected)


class GivenUp(OutcomeUnknown):
    """The caller's deadline ended the wait. That says nothing about the cloud, and nobody waits for a repeat."""


def settles(error: TollgateError) -> bool:
    """True where this answer to a repeat says what became of the effect: the cloud judged it and did not do it.

    Every other error leaves an unknown outcome unknown.
    """
    return isinstance(error, _ANSWERS)


def worth(error: BaseException, risk: Risk) -> bool:
    """True where the same call may be sent again at once."""
    if not isinstance(error, TollgateError) or not error.retryable or isinstance(error, GivenUp | Overloaded):
        return False
    if error.retry_after is not None and error.retry_after > PATIENCE_SECONDS:
        return False
    return risk == "read" or isinstance(error, Throttled | OutcomeUnknown)


def _untold(error: TollgateError, attempt: int) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Retry:
    """How one function repeats. `tell` hears of every error that is tried again, and after which attempt."""

    clock: Clock
    sleep: Sleep = asyncio.sleep
    tell: Callable[[TollgateError, int], None] = _untold

    async def call(self, once: Callable[[], Awaitable[T]], risk: Risk) -> T:
        """What `once` returns, or the error of its last attempt.

        OutcomeUnknown of an earlier attempt is raised instead of an error that does not settle it.
        """
        try:
            return await once()
        except TollgateError as error:
            if not worth(error, risk):
                raise
            return await self._again(error, once, risk)

    async def _again(self, first: TollgateError, once: Callable[[], Awaitable[T]], risk: Risk) -> T:
        # Imported at the first failure: a cold start that goes well never needs it.
        from tenacity import AsyncRetrying, retry_if_exception, wait_random_exponential

        pending: list[TollgateError] = [first]
        unknown: list[TollgateError] = [first] if isinstance(first, OutcomeUnknown) else []
        jitter = wait_random_exponential(multiplier=BASE_SECONDS, max=CAP_SECONDS)

        async def attempt() -> T:
            if pending:
                raise pending.pop()
            try:
                return await once()
            except OutcomeUnknown as error:
                unknown.append(error)
                raise

        def pause(state: RetryCallState) -> float:
            error = _error(state)
            return max(jitter(state), (error.retry_after or 0.0) if error else 0.0)

        tries = AsyncRetrying(
            sleep=self.sleep,
            retry=retry_if_exception(lambda error: worth(error, risk)),
            wait=pause,
            stop=self._enough,
            before_sleep=self._told,
            reraise=True,
        )
        try:
            return await tries(attempt)
        except TollgateError as error:
            if unknown and not settles(error):
                raise unknown[-1] from None
            raise

    def _enough(self, state: RetryCallState) -> bool:
        """True after the last attempt, and where the deadline would have passed by the end of the pause."""
        limit = deadline.remaining(self.clock.now(), float("inf"))
        return state.attempt_number >= ATTEMPTS or state.upcoming_sleep >= limit

    def _told(self, state: RetryCallState) -> None:
        error = _error(state)
        if error is not None:
            self.tell(error, state.attempt_number)


def _error(state: RetryCallState) -> TollgateError | None:
    found = state.outcome.exception() if state.outcome else None
    return found if isinstance(found, TollgateError) else None
