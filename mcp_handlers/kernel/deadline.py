"""Until when an answer is of use to the caller: read from the call, kept for as long as it lasts, passed on to whoever
is called; every call on a cloud is timed by it.

Work that nobody waits for any more is not begun: not the call itself, no repeat of it and no further wait on a cloud.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

from workflow.model.base import Json
from workflow.model.errors import BadRequest, DeadlineExceeded, OutcomeUnknown

DEADLINE = "tollgate/deadline"
"""In a call's `_meta`: milliseconds since 1970, UTC. A moment, so that it means the same everywhere."""
HEADER = "tollgate-timeout-ms"
"""The same as a header, for gateways, which cannot write into a body: milliseconds that are left when it arrives."""
GRACE_SECONDS = 0.25
"""What a call on a cloud is given past the deadline. The kernel has answered by then, and knows why: a connection that
is cut off at the same moment would be taken for the cloud's silence."""
_LAST = 253_402_300_799_000
"""The end of the year 9999, in milliseconds."""
_LIMIT_SECONDS = 300
"""Azure Functions' and Cloud Run's own default."""
_MARGIN = timedelta(seconds=1)
"""What is left for the answer itself, its log line and its traces."""

_current: ContextVar[datetime | None] = ContextVar("deadline", default=None)


def asked(headers: Mapping[str, str], meta: Json, now: datetime) -> datetime | None:
    """The deadline that a call carries, if any: of its header's and its `_meta`'s the sooner one. Raises BadRequest."""
    return min((d for d in (read(meta), _after(headers, now)) if d is not None), default=None)


def _after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    said = headers.get(HEADER)
    if said is None:
        return None
    if not (said.isascii() and said.isdigit() and len(said) <= 10):
        raise BadRequest(f"The header {HEADER} is not a time.", "Send the milliseconds that are left, or leave it out.")
    return now + timedelta(milliseconds=int(said))


def read(meta: Json) -> datetime | None:
    """The deadline in a call's `_meta`, if any. Raises BadRequest for anything but whole milliseconds."""
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


def insist() -> None:
    """Before another step of a write is begun. Raises OutcomeUnknown where nobody waits for it any more."""
    if remaining(datetime.now(UTC), 1.0) <= 0:
        raise OutcomeUnknown("The call's deadline passed; what was left of it was not begun.")


def wait(otherwise: float) -> float:
    """Seconds that a handler may wait for a cloud to finish: `otherwise`, or what is left of the deadline."""
    return remaining(datetime.now(UTC), otherwise)


def allowed(otherwise: float) -> float:
    """Seconds that one request to a cloud may take: `otherwise`, or less where the deadline is sooner. Above zero."""
    return min(otherwise, remaining(datetime.now(UTC), otherwise) + GRACE_SECONDS)


def limit(env: Mapping[str, str]) -> float:
    """Milliseconds that the platform gives a call: TOLLGATE_TIME_LIMIT_SECONDS, for platforms that do not say it to the
    process. Set it to what the platform is set to."""
    return 1000 * float(env.get("TOLLGATE_TIME_LIMIT_SECONDS", _LIMIT_SECONDS))


@contextmanager
def within(milliseconds: float) -> Iterator[None]:
    """Everything in this block is done before the platform ends the process, in so many milliseconds from now."""
    token = _current.set(datetime.now(UTC) + timedelta(milliseconds=milliseconds) - _MARGIN)
    try:
        yield
    finally:
        _current.reset(token)
