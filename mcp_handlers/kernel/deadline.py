"""Until when an answer is of use to the caller: read from `_meta`, kept for the call, passed on to whoever is called.

Work that nobody waits for any more is not begun: not the call itself, no repeat of it and no further wait on a cloud.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from workflow.model.base import Json
from workflow.model.errors import BadRequest, DeadlineExceeded

DEADLINE = "tollgate/deadline"
"""In a call's `_meta`: milliseconds since 1970, UTC. A moment, so that it means the same everywhere."""
_LAST = 253_402_300_799_000
"""The end of the year 9999, in milliseconds."""

_current: ContextVar[datetime | None] = ContextVar("deadline", default=None)


def read(meta: Json) -> datetime | None:
    """The deadline that a call carries, if any. Raises BadRequest for anything but whole milliseconds."""
    said: Any = meta.get(DEADLINE)
    if said is None:
        return None
    if not isinstance(said, int) or isinstance(said, bool) or not 0 < said <= _LAST:
        raise BadRequest(f"_meta {DEADLINE} is not a time.", "Send milliseconds since 1970 (UTC), or leave it out.")
    return datetime.fromtimestamp(said / 1000, UTC)


def written(deadline: datetime | None) -> Json:
    """The entry for the `_meta` of a call that is made under this deadline."""
    return {} if deadline is None else {DEADLINE: round(deadline.timestamp() * 1000)}


@contextmanager
def kept(deadline: datetime | None, now: datetime) -> Iterator[None]:
    """Everything in this block is done under the deadline, or under the one around it if that is sooner.

    Raises DeadlineExceeded where it has passed already.
    """
    around = _current.get()
    sooner = min((d for d in (deadline, around) if d is not None), default=None)
    if sooner is not None and now >= sooner:
        raise DeadlineExceeded("The call's deadline had passed before it began. Nothing was done.")
    token = _current.set(sooner)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> datetime | None:
    """The deadline of the call that is being performed; None where it may take its time."""
    return _current.get()


def remaining(now: datetime, otherwise: float) -> float:
    """Seconds left of the current deadline, never below zero and never more than `otherwise`.

    Handlers ask this before they wait: worker threads see the deadline of the call that they work for.
    """
    deadline = _current.get()
    return otherwise if deadline is None else max(0.0, min(otherwise, (deadline - now).total_seconds()))
