"""The event loop of an instance: one for as long as it lives, so that connections are kept open between requests, which
the server answers in threads of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do it to its end, beside what other threads have done here. It knows this request's deadline."""
    return asyncio.run_coroutine_threadsafe(work, _loop()).result()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="tollgate-loop", daemon=True).start()
    return loop
