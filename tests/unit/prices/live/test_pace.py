"""How fast a source is asked, and how often again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.prices.live.pace import ATTEMPTS, CAP_SECONDS, JITTER_SECONDS, PATIENCE_SECONDS, Bucket, Pace
from tests.fakes.clock import FixedClock
from workflow.model.errors import CloudDown, Rejected, Throttled, TollgateError

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def bucket(capacity: float = 10, per_second: float = 5) -> tuple[Bucket, FixedClock]:
    """A full bucket, and the clock that its pauses move."""
    clock = FixedClock(NOON)
    return Bucket(capacity, per_second, clock, lambda seconds: clock.forward(seconds=seconds)), clock


@given(capacity=st.integers(1, 20), per_second=st.integers(1, 20), calls=st.integers(1, 100))
def test_no_more_calls_are_made_than_the_bucket_holds_and_is_refilled_with(
    capacity: int, per_second: int, calls: int
) -> None:
    full, clock = bucket(capacity, per_second)
    for _ in range(calls):
        full.take()
    least = max(calls - capacity, 0) / per_second
    assert abs((clock.now() - NOON).total_seconds() - least) < 0.001


def test_a_clock_that_is_set_back_gives_no_calls_away() -> None:
    full, clock = bucket(capacity=2, per_second=1)
    full.take()
    full.take()
    clock.forward(hours=-1)
    full.take()
    assert clock.now() == NOON - timedelta(hours=1) + timedelta(seconds=1)


@dataclass
class Failing:
    """A call that raises these one after another and then gives a page; `made` counts."""

    errors: list[TollgateError]
    made: int = 0

    def __call__(self) -> str:
        """One call."""
        self.made += 1
        if self.made <= len(self.errors):
            raise self.errors[self.made - 1]
        return "page"


def test_the_pause_is_never_shorter_than_what_was_asked_for_and_has_a_bound() -> None:
    full, clock = bucket()
    call = Failing([Throttled("slow", retry_after=60), Throttled("slow", retry_after=30)])
    assert (Pace(full).call(call), call.made) == ("page", 3)
    waited = (clock.now() - NOON).total_seconds()
    assert 90 <= waited <= 90 + 2 * CAP_SECONDS


def test_a_list_that_throttles_for_a_minute_and_does_not_say_so_is_outlasted() -> None:
    full, clock = bucket()
    with pytest.raises(Throttled):
        Pace(full).call(Failing([Throttled("slow")] * ATTEMPTS))
    waited = (clock.now() - NOON).total_seconds()
    assert 60 < waited < ATTEMPTS * (CAP_SECONDS + JITTER_SECONDS)


@pytest.mark.parametrize(
    ("error", "times"),
    [
        (CloudDown("away"), ATTEMPTS),
        (Throttled("slow"), ATTEMPTS),
        (Throttled("come back tomorrow", retry_after=PATIENCE_SECONDS + 1), 1),
        (Rejected("no"), 1),
    ],
    ids=["away", "slow", "very slow", "refused"],
)
def test_what_may_pass_is_tried_again_a_few_times_and_nothing_else_is(error: TollgateError, times: int) -> None:
    call = Failing([error] * 10)
    with pytest.raises(type(error)):
        Pace(bucket()[0]).call(call)
    assert call.made == times
