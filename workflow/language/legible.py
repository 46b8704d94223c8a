"""Whether a request's text is text. Loads nothing of what reads it."""

from __future__ import annotations

import unicodedata

from workflow.model.errors import BadRequest
from workflow.model.workload import MAX_TEXT

_EXAMPLE = "Say what to run, for example: Train a vision model on one A100 for 6 hours, EU data only, under $100."


def check(text: str) -> None:
    """Raises BadRequest for empty text, text over MAX_TEXT characters, and bytes that are not text."""
    if len(text) > MAX_TEXT:
        raise BadRequest(
            f"The text has {len(text):,} characters; at most {MAX_TEXT:,} are read.",
            "Send the request itself, without attachments.",
        )
    if any(unicodedata.category(c) in ("Cc", "Cs", "Cn", "Co") and c not in "\n\r\t" for c in text) or "\ufffd" in text:
        raise BadRequest(
            "The text holds control characters or bytes that are not text.", "Send the request as plain UTF-8 text."
        )
    if not any(c.isalnum() for c in text):
        raise BadRequest("The text is empty.", _EXAMPLE)
