"""How fast a source is asked, and how often again: a token bucket, and pauses with jitter that honour Retry-After."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from workflow.model.errors import TollgateError
from workflow.model.ports import Clock

ATTEMPTS = 8
BASE_SECONDS, CAP_SECONDS, JITTER_SECONDS = 1.0, 60.0, 5.0
"""Seven pauses of 1, 2, 4 … seconds and some jitter: about two minutes, and Azure throttles for about one."""
PATIENCE_SECONDS = 120.0
"""The longest Retry-After that is waited for. Azure's retail prices ask for about a minute; who asks for more is asked
again by the next refresh, which goes on where this one stopped."""

T = TypeVar("T")
Sleep = Callable[[float], None]
Waiting = Callable[[BaseException, float], None]


@dataclass
class Bucket:
    """`capacity` calls at once, and `per_second` more every second."""

    capacity: float
    per_second: float
    clock: Clock
    sleep: Sleep = time.sleep
    _tokens: float = field(init=False)

    def __post_init__(self) -> None:
        self._tokens = self.capacity
        self._seen = self.clock.now()

    def take(self) -> None:
        """Wait until one more call may be made."""
        self._refill()
        if self._tokens < 1:
            self.sleep((1 - self._tokens) / self.per_second)
            self._refill()
        self._tokens -= 1

    def _refill(self) -> None:
        now = self.clock.now()
        # A clock that was set back gives nothing and takes nothing.
        passed = max((now - self._seen).total_seconds(), 0.0)
        self._tokens, self._seen = min(self._tokens + passed * self.per_second, self.capacity), now


def _untold(error: BaseException, seconds: float) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Pace:
    """Calls to one source, throttled and repeated. `tell` hears of each error that is waited out, and how long."""

    bucket: Bucket
    tell: Waiting = _untold

    def call(self, once: Callable[[], T]) -> T:
        """What `once` returns, or the error of its last attempt."""
        jitter = wait_exponential_jitter(BASE_SECONDS, CAP_SECONDS, jitter=JITTER_SECONDS)

        def pause(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.retry_after if isinstance(error, TollgateError) else None
            return (asked or 0.0) + jitter(state)

        def told(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            if error and state.next_action:
                self.tell(error, state.next_action.sleep)

        def attempt() -> T:
            self.bucket.take()
            return once()

        tries = Retrying(
            sleep=self.bucket.sleep,
            retry=retry_if_exception(_worth),
            wait=pause,
            before_sleep=told,
            stop=stop_after_attempt(ATTEMPTS),
            reraise=True,
        )
        return tries(attempt)


def _worth(error: BaseException) -> bool:
    if not isinstance(error, TollgateError) or not error.retryable:
        return False
    return (error.retry_after or 0.0) <= PATIENCE_SECONDS
