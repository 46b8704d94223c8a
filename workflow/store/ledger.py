"""The arithmetic of the ledger: how an entry is chained to the one before it, and how a chain is proved. No I/O.

An entry's hash is SHA-256 over the canonical JSON of `[seq, previous hash, event]`, so it covers everything before it.
What is verified is what the database holds, text for text: a changed byte is found even where it means the same.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from pydantic import ConfigDict, TypeAdapter

from workflow.model.base import Json, Noun, canonical
from workflow.model.errors import BadRequest
from workflow.model.ports import Entry, Event

GENESIS = "0" * 64
"""What the first entry is chained to."""

_BODY = TypeAdapter(Json, config=ConfigDict(ser_json_inf_nan="constants"))
# Left to itself, pydantic would write NaN as null.


class Head(NamedTuple):
    """The last entry's number and hash. An empty ledger has `(0, GENESIS)`."""

    seq: int
    hash: str


class Line(NamedTuple):
    """An entry as it is stored. `body` is canonical JSON, `at` is UTC in ISO 8601 with microseconds."""

    seq: int
    run: str
    tenant: str
    kind: str
    at: str
    body: str
    previous: str
    hash: str


class Finding(Noun):
    """The first thing that is wrong with a ledger: the row's number, and what is wrong with it in words."""

    seq: int
    reason: str


class Verification(Noun):
    """What a verification came to: how many entries hold, the hash of the last of them, and what is wrong after it.

    `after` is the number of the entry that they follow: 0, or the last one that was exported and taken away.
    """

    entries: int
    head: str
    after: int = 0
    finding: Finding | None = None


def utc_text(at: datetime) -> str:
    """A time as the store writes it: UTC, microseconds, so that text order is time order.

    Raises BadRequest for a time without a zone.
    """
    if at.tzinfo is None:
        raise BadRequest(f"The time {at.isoformat()} has no time zone.", "Send times in UTC.")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def plain(event: Event) -> Event:
    """The event as it will be read again: its body JSON, its time in UTC. Raises BadRequest where that cannot be."""
    at = datetime.fromisoformat(utc_text(event.at))
    with _as_json(event):
        return event.model_copy(update={"body": _BODY.dump_python(event.body, mode="json"), "at": at})


def link(head: Head, event: Event) -> Line:
    """The plain event as the entry that follows `head`. Raises BadRequest for NaN and broken Unicode."""
    seq, at = head.seq + 1, utc_text(event.at)
    with _as_json(event):
        body = canonical(event.body).decode()
        seal = sha256(_sealed(seq, head.hash, event.run, event.tenant, event.kind, at, body)).hexdigest()
    return Line(seq, event.run, event.tenant, event.kind, at, body, head.hash, seal)


@contextmanager
def _as_json(event: Event) -> Iterator[None]:
    try:
        yield
    except (TypeError, ValueError) as error:
        raise BadRequest(f"The event {event.kind!r} of run {event.run!r} cannot be written as JSON: {error}") from error


def entry(line: Line) -> Entry:
    """The stored line as an Entry."""
    event = Event(
        run=line.run,
        tenant=line.tenant,
        kind=line.kind,
        body=json.loads(line.body),
        at=datetime.fromisoformat(line.at),
    )
    return Entry(seq=line.seq, event=event, previous=line.previous, hash=line.hash)


def follow(lines: Iterable[Line], last: Head) -> tuple[Head, Finding | None]:
    """Walk the lines that come after `last`: the last one that holds, and what is wrong with the next."""
    for line in lines:
        found = _fault(line, last)
        if found:
            return last, found
        last = Head(line.seq, line.hash)
    return last, None


async def verify(pages: AsyncIterator[Sequence[Line]], head: Head | None, base: Head | None) -> Verification:
    """Walk all lines after `base` in order, then compare with the head kept beside them. Holds one page at a time."""
    if base is None:
        return Verification(entries=0, head="", finding=Finding(seq=0, reason="the ledger's base is missing"))
    last = base
    async for page in pages:
        last, found = follow(page, last)
        if found:
            return Verification(entries=last.seq - base.seq, head=last.hash, after=base.seq, finding=found)
    found = _open_end(last, head)
    return Verification(entries=last.seq - base.seq, head=last.hash, after=base.seq, finding=found)


def sealed(line: Line) -> bytes:
    """What the line's hash is the SHA-256 of."""
    return _sealed(line.seq, line.previous, line.run, line.tenant, line.kind, line.at, line.body)


def _sealed(seq: int, previous: str, run: str, tenant: str, kind: str, at: str, body: str) -> bytes:
    """The canonical `[seq, previous, event]`, put together around a body that is canonical already: one may be long."""
    event = {"run": run, "tenant": tenant, "kind": kind, "at": at, "body": None}
    before, after = canonical([seq, previous, event]).split(b'"body":null', 1)
    return b"".join([before, b'"body":', body.encode(), after])


def _fault(line: Line, last: Head) -> Finding | None:
    expected = last.seq + 1
    if line.seq > expected:
        return Finding(seq=expected, reason=_missing(expected, line.seq - 1))
    if line.seq < expected:
        return Finding(seq=line.seq, reason=f"row {line.seq} stands where row {expected} belongs")
    if not _intact(line):
        return Finding(seq=line.seq, reason=f"row {line.seq} was changed: its content does not give its hash")
    if line.previous != last.hash:
        return Finding(seq=line.seq, reason=f"row {line.seq} does not follow row {last.seq}: one of them was replaced")
    return None


def _intact(line: Line) -> bool:
    try:
        if canonical(json.loads(line.body)).decode() != line.body:
            return False
        return sha256(sealed(line)).hexdigest() == line.hash
    except (TypeError, ValueError, RecursionError):
        # What is no text, no UTF-8 or no JSON was not written by us.
        return False


def _open_end(last: Head, head: Head | None) -> Finding | None:
    if head is None:
        return Finding(seq=last.seq, reason=f"the head that should name row {last.seq} is missing")
    if head.seq > last.seq:
        return Finding(seq=last.seq + 1, reason=f"{_missing(last.seq + 1, head.seq)} at the end")
    if head.seq < last.seq:
        return Finding(
            seq=head.seq + 1, reason=f"row {head.seq + 1} was added behind the head, which is row {head.seq}"
        )
    if head.hash != last.hash:
        return Finding(seq=last.seq, reason=f"row {last.seq} was replaced: its hash is not the one that the head keeps")
    return None


def _missing(first: int, last: int) -> str:
    return f"row {first} is missing" if first == last else f"rows {first} to {last} are missing"
