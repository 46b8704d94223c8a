"""The event loop of an execution environment: one for as long as it lives, so that connections are kept open between
invocations."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_runner = asyncio.Runner()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do it to its end. It knows this invocation's deadline: a Runner left to itself keeps the first one's context."""
    return _runner.run(work, context=contextvars.copy_context())
