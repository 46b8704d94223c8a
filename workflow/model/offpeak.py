"""When machines are cheaper, as an operator knows it, and when finite work had best begin. No I/O.

Hours are UTC. No cloud publishes a price by the hour of the week, so there is no window until an operator sets one:
from their own contract, or from spot prices that they watched.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import accumulate
from math import ceil
from typing import Annotated, Self

from pydantic import Field, model_validator

from workflow.model.base import Noun

WEEK = 7 * 24
SLACK = timedelta(hours=1)
"""Kept before the deadline for finding machines, and finding others."""

Day = Annotated[int, Field(ge=0, le=6)]


class Window(Noun):
    """Hours of the week that cost `price_percent` of the usual price. Days count from Monday, 0; the window begins at
    `hour` and may pass midnight."""

    days: tuple[Day, ...] = Field(min_length=1)
    hour: int = Field(ge=0, le=23)
    hours: int = Field(ge=1, le=24)
    price_percent: int = Field(ge=1, le=1000)


class Offpeak(Noun):
    """The windows, and by how many percent of the usual price waiting must be cheaper."""

    least_saving_percent: int = Field(default=10, ge=1, le=100)
    windows: tuple[Window, ...] = ()

    @model_validator(mode="after")
    def _apart(self) -> Self:
        covered = [hour for window in self.windows for hour in _hours(window)]
        if len(covered) != len(set(covered)):
            raise ValueError("two windows cover the same hour")
        return self


class Later(Noun):
    """A start that is worth waiting for: the mean price from then on and from now on, in percent of the usual."""

    start_at: datetime
    then_percent: int
    now_percent: int

    @property
    def why(self) -> str:
        """For the record."""
        return (
            f"It starts at {self.start_at:%Y-%m-%d %H:%M} UTC, which the deadline allows: machines cost "
            f"{self.then_percent}% of the usual price then, {self.now_percent}% now."
        )


def start_at(terms: Offpeak, hours: float, deadline: datetime, now: datetime) -> Later | None:
    """The cheapest start of work that takes `hours`, the earliest of equals, if the deadline leaves time for it and it
    is worth waiting for. None: begin now."""
    latest = deadline - SLACK - timedelta(hours=hours)
    week = _week(terms)
    length = max(ceil(hours), 1)
    at_once = _mean(week, now, length)
    begin = now.replace(minute=0, second=0, microsecond=0)
    starts = [begin + timedelta(hours=ahead) for ahead in range(1, WEEK + 1)]
    fitting = [(_mean(week, start, length), start) for start in starts if now < start <= latest]
    if not fitting:
        return None
    best, start = min(fitting)
    if at_once - best < terms.least_saving_percent:
        return None
    return Later(start_at=start, then_percent=round(best), now_percent=round(at_once))


def _hours(window: Window) -> list[int]:
    """Hours of the week, 0 to 167."""
    return [(day * 24 + window.hour + ahead) % WEEK for day in window.days for ahead in range(window.hours)]


def _week(terms: Offpeak) -> list[int]:
    """Sums of the price in percent up to each hour of two weeks."""
    prices = [100] * WEEK
    for window in terms.windows:
        for hour in _hours(window):
            prices[hour] = window.price_percent
    return list(accumulate(prices * 2, initial=0))


def _mean(week: list[int], start: datetime, length: int) -> float:
    first = start.weekday() * 24 + start.hour
    weeks, rest = divmod(length, WEEK)
    return (weeks * week[WEEK] + week[first + rest] - week[first]) / length
