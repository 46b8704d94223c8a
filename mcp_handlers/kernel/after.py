"""The `Retry-After` header (RFC 9110, 10.2.3): seconds, or the date until which to wait."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds(value: str | None, now: datetime | None = None) -> float | None:
    """How long the header asks to wait, from `now` on; None where there is none or it says nothing sensible."""
    if not value:
        return None
    try:
        asked = float(value)
    except ValueError:
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return None
        # A date without a zone is UTC: the header knows no other.
        asked = ((until if until.tzinfo else until.replace(tzinfo=UTC)) - (now or datetime.now(UTC))).total_seconds()
    return max(0.0, asked) if math.isfinite(asked) else None
