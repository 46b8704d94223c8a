"""A deadline by the calendar, as words have it: a day and a time. It becomes a moment by when it was said."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

from pydantic import Field

from workflow.model.base import Noun

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOSE = 17 * 60
"""Minutes of the day after which a day without an hour is over: the close of business, not midnight."""
_LATER = {"today": 0, "tomorrow": 1, "day_after_tomorrow": 2}


class Due(Noun):
    """`day` is `today`, `tomorrow`, `day_after_tomorrow`, a weekday, `month_end`, `any` (whenever the hour next
    comes) or a date (ISO); `minute` counts from its midnight, 1440 being its end. All in UTC."""

    day: str = Field(pattern=rf"^(?:{'|'.join((*_LATER, *WEEKDAYS, 'month_end', 'any'))}|\d{{4}}-\d\d-\d\d)$")
    minute: int = Field(default=CLOSE, ge=0, le=1440)

    def moment(self, said_at: datetime) -> datetime:
        """The first such moment from `said_at` on; for `today` and a date, the moment even if it is past."""
        said = said_at.astimezone(UTC)
        at = self._on(self._first_day(said.date()))
        if at > said:
            return at
        if self.day in WEEKDAYS:
            return at + timedelta(days=7)
        if self.day == "any":
            return at + timedelta(days=1)
        return self._on(_month_end(said.date() + timedelta(days=1))) if self.day == "month_end" else at

    def _on(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=self.minute)

    def _first_day(self, said: date) -> date:
        if self.day in WEEKDAYS:
            return said + timedelta(days=(WEEKDAYS.index(self.day) - said.weekday()) % 7)
        if self.day == "month_end":
            return _month_end(said)
        if self.day == "any" or self.day in _LATER:
            return said + timedelta(days=_LATER.get(self.day, 0))
        return date.fromisoformat(self.day)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
