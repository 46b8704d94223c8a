"""Where a page ends, as text that clients hand back and look no further into."""

from __future__ import annotations

import base64
import json
from typing import Any

from workflow.model.errors import BadRequest


def cursor(*place: Any) -> str:
    """The place as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def place_of(text: str, *kinds: type) -> tuple[Any, ...] | None:
    """The place that a cursor names, None for the first page. Raises BadRequest for what we never gave out."""
    if not text:
        return None
    try:
        place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if [type(part) for part in place] == list(kinds) and all(map(_fits, place)):
            return tuple(place)
    except (ValueError, TypeError, RecursionError):
        pass
    raise BadRequest("The cursor is none of ours.", "Hand back `next` as it was given, or begin without a cursor.")


def _fits(part: Any) -> bool:
    """Whether a database takes it."""
    return abs(part) < 2**63 if isinstance(part, int) else "\0" not in part
