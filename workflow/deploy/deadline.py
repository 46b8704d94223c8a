"""A deadline by the calendar becomes hours from when it was said, the shorter where hours are said too. Pure."""

from __future__ import annotations

from datetime import datetime

from workflow.model.errors import Unclear
from workflow.model.workload import Workload


def dated(work: Workload, said_at: datetime) -> Workload:
    """The work with all its deadlines in `deadline_hours`. Raises Unclear where its calendar's deadline was over before
    it was asked for."""
    if work.due is None:
        return work
    moment = work.due.moment(said_at)
    hours = round((moment - said_at).total_seconds() / 3600, 3)
    if hours <= 0:
        raise Unclear(f"The deadline, {moment:%Y-%m-%d %H:%M} UTC, is over.", "By when must it be done?")
    return work.model_copy(update={"deadline_hours": min(hours, work.deadline_hours or hours)})


def told(work: Workload, said_at: datetime) -> tuple[str, ...]:
    """How a deadline by the calendar was understood; nothing where there is none."""
    if work.due is None:
        return ()
    return (f"The deadline is {work.due.moment(said_at):%A %Y-%m-%d %H:%M} UTC; a day without an hour ends at 17:00.",)
