"""A day's money for a model is never overspent, and a new day brings new money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.model_money import ModelMoney
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
async def test_questions_together_never_cost_more_than_the_day_has(asked: list[tuple[int, float, bool]]) -> None:
    meter = Meter(10, Clock(), ModelMoney())
    spent = 0
    for most, part, settled in asked:
        hold = await meter.hold(most)
        assert (hold is None) == (spent + most > 10 * MICROS)
        if hold is not None:
            cost = int(most * part) if settled else most
            if settled:
                await meter.settle(hold, cost)
            spent += cost
    assert await meter.spent() == spent <= 10 * MICROS


async def test_a_new_day_begins_with_nothing_spent_and_owes_nothing_for_the_last() -> None:
    clock, money = Clock(), ModelMoney()
    meter = Meter(1, clock, money)
    late = await meter.hold(MICROS)
    assert late is not None
    assert await meter.hold(1) is None
    clock.at += timedelta(minutes=1)
    await meter.settle(late, 5)
    assert await meter.spent() == 0
    assert await meter.hold(MICROS) is not None
    assert money.days == {late.day: 5, clock.at.date(): MICROS}


async def test_no_money_asks_nothing() -> None:
    assert await Meter(0, Clock(), ModelMoney()).hold(1) is None
