"""What a provider's error says: why, in a word, and how long to wait. The libraries keep it in different places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_DELAY = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s?")
LONGEST = 86_400.0
"""Seconds, the longest that we are told to wait: a day, after which a quota is renewed at the latest."""


def status(error: BaseException) -> int | None:
    """The HTTP status that was answered; None where nothing was."""
    for link in _chain(error):
        for name in ("code", "status_code"):
            if isinstance(code := getattr(link, name, None), int):
                return code
    return None


def reason(error: BaseException) -> str:
    """Why, as a status or a class. The message itself is left out: it may hold the text or the key."""
    if isinstance(error, TimeoutError):
        return "deadline"
    return str(status(error) or type(error).__name__)


def retry_after(error: BaseException) -> float | None:
    """Seconds to wait, as google.rpc.RetryInfo in the body or the header Retry-After has it; None where none has."""
    for link in _chain(error):
        headers = getattr(getattr(link, "response", None), "headers", None)
        said = [*_retry_infos(getattr(link, "details", None)), headers and headers.get("retry-after")]
        for value in said:
            if isinstance(value, str) and (match := _DELAY.fullmatch(value.strip())):
                return min(float(match[1]), LONGEST)
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from, a few links deep."""
    link: BaseException | None = error
    for _ in range(4):
        if link is None:
            return
        yield link
        link = link.__cause__


def _retry_infos(body: Any) -> Iterator[Any]:
    error = body.get("error") if isinstance(body, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    for each in details if isinstance(details, list) else ():
        if isinstance(each, dict) and str(each.get("@type", "")).endswith("google.rpc.RetryInfo"):
            yield each.get("retryDelay")
