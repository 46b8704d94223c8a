"""The real clock."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The `Clock` port over the machine's own time."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)
