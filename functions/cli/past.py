"""Decisions that were made, read back from the ledger."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from functions.serve.settings import settings
from mcp_handlers.kernel.clock import SystemClock
from policies.engine.decision_log import Past, past_of
from workflow.model.errors import BadRequest
from workflow.store.store import open_store

_AGO = re.compile(r"^(\d{1,6})([mhd])$")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment(text: str) -> datetime:
    """A moment in UTC: a date, a time, or how long ago, such as 90m, 24h or 7d. Raises BadRequest."""
    ago = _AGO.match(text)
    if ago:
        return SystemClock().now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{text!r} is no time.", "Write 2026-11-20, 2026-11-20T10:00, or 90m, 24h, 7d ago.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


async def decisions(start: datetime | None = None, *, run: str | None = None) -> AsyncIterator[Past]:
    """The decisions of a run, or of all, from `start` on, oldest first."""
    async with open_store(settings().database) as store:
        after = 0
        while page := await store.entries(run=run, after=after):
            after = page[-1].seq
            for entry in page:
                found = past_of(entry) if start is None or entry.event.at >= start else None
                if found is not None:
                    yield found
