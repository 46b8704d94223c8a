"""When a long operation is looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workflow.deploy.operation import FIRST_PAUSE, LONGEST_PAUSE, next_look

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_first_look_is_soon_and_later_ones_are_after_half_as_long_again() -> None:
    looks = [next_look(NOON, NOON + timedelta(minutes=minutes), 10 * HOUR) for minutes in (0, 1, 10, 60)]
    assert [look and (look - NOON).total_seconds() / 60 for look in looks] == [0.25, 1.5, 15, 70]


@given(st.timedeltas(timedelta(0), 2 * HOUR))
def test_nobody_looks_later_than_patience_lasts(waited: timedelta) -> None:
    look = next_look(NOON, NOON + waited, HOUR)
    if waited >= HOUR:
        assert look is None
        return
    assert look is not None
    assert NOON + waited < look <= NOON + HOUR
    pause = look - NOON - waited
    assert pause <= LONGEST_PAUSE
    assert pause >= FIRST_PAUSE or look == NOON + HOUR
