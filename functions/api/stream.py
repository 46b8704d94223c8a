"""A run's ledger entries as server-sent events, from wherever the reader left off, until the run has ended.

Events: `entry`, a ledger entry whose number is the event's id; `run`, the run's row whenever its state changes; `end`,
the run's row once it has ended, after which nothing comes. Between them a comment says that the line is alive.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from functions.api.around import Around
from functions.api.run_shapes import RunSummary
from functions.api.runs import ledger_entry, summary
from workflow.model.base import Noun
from workflow.model.errors import BadRequest
from workflow.model.listing import NEWEST
from workflow.model.run import Run

HEADERS = {"content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"}
PAGE = 200
RETRY_MS = 1_000
"""How long a reader waits before it comes again."""


@dataclass(frozen=True)
class Pace:
    """Seconds: between two looks at the store, between two signs of life, and for one connection at most, so that
    whoever was revoked meanwhile is heard no longer than that."""

    poll: float = 0.3
    beat: float = 15.0
    longest: float = 900.0


def after_of(headers: Mapping[str, str]) -> int:
    """The last entry that the reader has, 0 for none. Raises BadRequest for what is no number of an entry."""
    text = headers.get("last-event-id", "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadRequest("Last-Event-ID is no entry's number.", "Send the id of the last event, or nothing.")
    return min(int(text), NEWEST)


async def stream(around: Around, run: Run, after: int, pace: Pace) -> AsyncIterator[str]:
    """The events, as they are written."""
    yield f"retry: {RETRY_MS}\n\n"
    begun = heard = time.monotonic()
    shown = ""
    while True:
        # Asked before the entries, so that the last of them are not missed.
        now = await around.store.get_run(run.id) or run
        while page := await around.store.entries(run=run.id, after=after, limit=PAGE):
            for entry in page:
                yield _event("entry", ledger_entry(entry), entry.seq)
            after, heard = page[-1].seq, time.monotonic()
        row = RunSummary.model_validate(summary(now))
        if now.record is not None:
            yield _event("end", row)
            return
        if shown != now.state + now.waits_for:
            shown, heard = now.state + now.waits_for, time.monotonic()
            yield _event("run", row)
        moment = time.monotonic()
        if moment - begun >= pace.longest:
            return
        if moment - heard >= pace.beat:
            heard = moment
            yield ": alive\n\n"
        await asyncio.sleep(pace.poll)


def _event(kind: str, data: Noun, number: int | None = None) -> str:
    named = f"id: {number}\n" if number is not None else ""
    # JSON has no line breaks of its own.
    return f"{named}event: {kind}\ndata: {data.model_dump_json()}\n\n"
