"""Signatures and timestamps of what comes in. Compared in constant time, over the raw bytes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from workflow.model.errors import Unauthorized

REFUSED = Unauthorized("The signature is not right.", "Check that both sides have the same secret, and their clocks.")


def sha256_hex(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 in hex digits."""
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def sha256_base64(secret: bytes, signed: bytes) -> str:
    """HMAC-SHA256 in base64."""
    return base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def insist(right: str, *given: str) -> None:
    """Raise Unauthorized unless one of the given signatures is the right one. All of them are compared."""
    matches = [hmac.compare_digest(right.encode(), each.encode()) for each in given]
    if not any(matches):
        raise REFUSED


def insist_on_time(seconds: str, now: datetime, window: timedelta) -> datetime:
    """The moment that whole `seconds` since 1970 name. Raises Unauthorized unless it is within the window of now."""
    try:
        at = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise REFUSED from None
    insist_lately(at, now, window)
    return at


def insist_lately(at: datetime, now: datetime, window: timedelta) -> None:
    """Raise Unauthorized unless the moment is within the window of now."""
    if abs(now - at) > window:
        raise Unauthorized("This was sent too long ago, or its clock is wrong.", "Send it again; check both clocks.")
