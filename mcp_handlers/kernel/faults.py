"""An unexpected fault, as a log may tell it: what kind and where, never what it says.

A message quotes whatever went wrong, and that may be a secret; a traceback prints messages too, those of the causes as
well. Type and place are enough to find the line.
"""

from __future__ import annotations

import traceback

_FRAMES = 6
"""The innermost calls that are named."""


def told(error: BaseException) -> str:
    """`RuntimeError at function.py:88 call < …`, the innermost call first, then the same of its causes."""
    found, seen = [], set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        found.append(f"{type(cause).__name__} at {_place(cause)}")
        cause = cause.__cause__ or cause.__context__
    return ", from ".join(found)


def _place(error: BaseException) -> str:
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)][-_FRAMES:]
    named = [f"{code.co_filename.rsplit('/', 1)[-1]}:{line} {code.co_name}" for code, line in reversed(frames)]
    return " < ".join(named) or "an unknown place"
