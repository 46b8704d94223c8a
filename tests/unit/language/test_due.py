"""Deadlines by the calendar, read in five languages and resolved by when they were said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.deploy.deadline import dated, told
from workflow.language.rules import parse
from workflow.model.due import WEEKDAYS, Due
from workflow.model.errors import Unclear
from workflow.model.workload import Workload

SUNDAY = datetime(2026, 11, 29, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "day", "minute"),
    [
        ("done by tomorrow noon", "tomorrow", 720),
        ("by friday", "friday", 1020),
        ("Due: Friday", "friday", 1020),
        ("must be ready before Monday", "monday", 0),
        ("deadline 2026-12-03 14:30", "2026-12-03", 870),
        ("finish by 5pm", "any", 1020),
        ("by midnight", "any", 1440),
        ("ready by 9:15 am on Tuesday", "tuesday", 555),
        ("bis morgen 18 Uhr fertig", "tomorrow", 1080),
        ("antes del lunes", "monday", 0),
        ("pour demain midi", "tomorrow", 720),
        ("내일까지", "tomorrow", 1020),
        ("by the end of the month", "month_end", 1020),
        ("deadline tmrw noon", "tomorrow", 720),
        ("by eod", "today", 1020),
        ("by tonight", "today", 1260),
    ],
)
def test_a_deadline_by_the_calendar_is_kept_beside_the_labels(words: str, day: str, minute: int) -> None:
    work = parse(f"batch job on 4 vCPUs for 2 hours, {words}")
    assert (work.due, work.deadline_hours) == (Due(day=day, minute=minute), None)


@pytest.mark.parametrize(
    "words", ["before 25:00", "sorted by day", "by 10 nodes", "$5 by month", "finish within 5 hours", "by 13pm"]
)
def test_words_that_name_no_moment_are_no_deadline(words: str) -> None:
    assert parse(f"batch job on 4 vCPUs for 2 hours, {words}").due is None


@pytest.mark.parametrize(
    ("due", "moment"),
    [
        (Due(day="tomorrow", minute=720), "2026-11-30T12:00"),
        (Due(day="sunday"), "2026-12-06T17:00"),
        (Due(day="sunday", minute=1400), "2026-11-29T23:20"),
        (Due(day="monday", minute=0), "2026-11-30T00:00"),
        (Due(day="month_end"), "2026-11-30T17:00"),
        (Due(day="any", minute=1020), "2026-11-30T17:00"),
        (Due(day="any", minute=1440), "2026-11-30T00:00"),
        (Due(day="day_after_tomorrow"), "2026-12-01T17:00"),
        (Due(day="2026-12-03", minute=870), "2026-12-03T14:30"),
    ],
)
def test_a_day_is_the_next_of_its_name(due: Due, moment: str) -> None:
    assert due.moment(SUNDAY) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@given(
    st.sampled_from([*WEEKDAYS, "any", "month_end", "tomorrow", "day_after_tomorrow"]),
    st.integers(0, 1440),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_what_is_not_bound_to_a_date_lies_ahead_and_within_its_turn(day: str, minute: int, said: datetime) -> None:
    moment = Due(day=day, minute=minute).moment(said)
    longest = {"any": 1, "month_end": 62, "tomorrow": 2, "day_after_tomorrow": 3}.get(day, 8)
    assert said < moment <= said + timedelta(days=longest)


def test_the_shorter_of_two_deadlines_holds() -> None:
    work = Workload(kind="batch", due=Due(day="tomorrow", minute=720))
    assert dated(work, SUNDAY).deadline_hours == 13.5
    assert dated(work.model_copy(update={"deadline_hours": 5}), SUNDAY).deadline_hours == 5
    assert dated(work.model_copy(update={"deadline_hours": 50}), SUNDAY).deadline_hours == 13.5
    assert dated(dated(work, SUNDAY), SUNDAY) == dated(work, SUNDAY)
    assert told(work, SUNDAY) == ("The deadline is Monday 2026-11-30 12:00 UTC; a day without an hour ends at 17:00.",)


def test_a_deadline_that_is_over_is_asked_about() -> None:
    with pytest.raises(Unclear) as asked:
        dated(Workload(kind="batch", due=Due(day="today")), SUNDAY)
    assert (asked.value.message, asked.value.remedy) == (
        "The deadline, 2026-11-29 17:00 UTC, is over.",
        "By when must it be done?",
    )
    none = Workload(kind="batch")
    assert (dated(none, SUNDAY), told(none, SUNDAY)) == (none, ())
