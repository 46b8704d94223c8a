"""A day's money for a model is never overspent, and a new day brings new money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workflow.language.spending import MICROS, Meter, Price


@dataclass
class Clock:
    """A clock that is set by hand."""

    at: datetime = datetime(2026, 5, 4, 23, 59, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def test_a_price_is_per_million_tokens_read_and_written() -> None:
    assert Price(read=150, written=750).of(1_000_000, 1_000_000) == 900 * MICROS
    assert Price(read=150, written=750).of(700, 90) == 172_500


@given(st.lists(st.tuples(st.integers(0, 5 * MICROS), st.floats(0, 1), st.booleans())))
def test_questions_together_never_cost_more_than_the_day_has(asked: list[tuple[int, float, bool]]) -> None:
    meter = Meter(10, Clock())
    spent = 0
    for most, part, settled in asked:
        hold = meter.hold(most)
        assert (hold is None) == (spent + most > 10 * MICROS)
        if hold is not None:
            cost = int(most * part) if settled else most
            if settled:
                meter.settle(hold, cost)
            spent += cost
    assert meter.spent() == spent <= 10 * MICROS


def test_a_new_day_begins_with_nothing_spent_and_owes_nothing_for_the_last() -> None:
    clock = Clock()
    meter = Meter(1, clock)
    late = meter.hold(MICROS)
    assert late is not None
    assert meter.hold(1) is None
    clock.at += timedelta(minutes=1)
    meter.settle(late, 5)
    assert meter.spent() == 0
    assert meter.hold(MICROS) is not None


def test_no_money_asks_nothing() -> None:
    assert Meter(0, Clock()).hold(1) is None
