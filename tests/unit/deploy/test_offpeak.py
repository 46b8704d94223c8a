"""When finite work begins: never too late, never dearer, and only later where that is worth it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workflow.model.offpeak import SLACK, Later, Offpeak, Window, start_at

NOON = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
"""A Friday."""
NIGHTS = Offpeak(windows=(Window(days=(0, 1, 2, 3, 4, 5, 6), hour=22, hours=8, price_percent=60),))


def in_hours(hours: float) -> datetime:
    """A deadline."""
    return NOON + timedelta(hours=hours)


def test_work_waits_for_the_night_where_the_deadline_allows() -> None:
    tonight = Later(start_at=datetime(2026, 11, 20, 22, tzinfo=UTC), then_percent=60, now_percent=100)
    assert start_at(NIGHTS, 4, in_hours(24), NOON) == tonight
    assert tonight.why == (
        "It starts at 2026-11-20 22:00 UTC, which the deadline allows: machines cost 60% of the usual price then, "
        "100% now."
    )


@pytest.mark.parametrize(
    ("terms", "hours", "deadline"),
    [
        (NIGHTS, 4, in_hours(11)),
        (NIGHTS, 4, in_hours(-1)),
        (NIGHTS, 200, in_hours(300)),
        (Offpeak(), 4, in_hours(100)),
        (NIGHTS.model_copy(update={"least_saving_percent": 50}), 4, in_hours(100)),
    ],
    ids=["the deadline is before", "it is over", "all hours cost alike", "no windows", "it saves too little"],
)
def test_work_begins_now_where_waiting_does_not_pay(terms: Offpeak, hours: float, deadline: datetime) -> None:
    assert start_at(terms, hours, deadline, NOON) is None


windows = st.builds(
    Window, days=st.just((0, 3)), hour=st.integers(0, 23), hours=st.integers(1, 24), price_percent=st.integers(1, 300)
)


@given(
    st.builds(Offpeak, least_saving_percent=st.integers(1, 50), windows=st.tuples(windows)),
    st.floats(0.1, 400), st.floats(0, 500), st.integers(0, 10**6),
)  # fmt: skip
def test_a_later_start_is_in_time_and_saves_what_policy_asks(
    terms: Offpeak, hours: float, deadline_hours: float, seconds: int
) -> None:
    now = NOON + timedelta(seconds=seconds)
    deadline = now + timedelta(hours=deadline_hours)
    later = start_at(terms, hours, deadline, now)
    if later is not None:
        assert now < later.start_at <= deadline - SLACK - timedelta(hours=hours)
        assert later.start_at <= now + timedelta(days=7)
        assert later.now_percent - later.then_percent >= terms.least_saving_percent - 1
        assert start_at(terms, hours, deadline, later.start_at) is None


def test_windows_do_not_overlap() -> None:
    night = Window(days=(0,), hour=22, hours=8, price_percent=60)
    with pytest.raises(ValidationError):
        Offpeak(windows=(night, Window(days=(1,), hour=5, hours=2, price_percent=50)))
