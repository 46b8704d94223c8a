"""The orchestrator as a function: one tick within the time that its cloud gives an invocation.

A schedule starts it, or a queue's message early. Both mean: look now. What a message says is not trusted and not
needed: due is what the database says. So a message that comes twice, late, malformed or not at all changes nothing.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta

from functions.orchestrate.orchestrator import orchestrate
from functions.orchestrate.surroundings import surroundings
from functions.serve.settings import Settings, settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.orchestrate.tick import Ticked

MARGIN = timedelta(seconds=5)
"""Kept of the function's time for putting down what is still in hand."""
LONGEST_NAME = 100


def tick_within(time: timedelta, told: Settings | None = None) -> Ticked:
    """One tick that has put everything down MARGIN before `time` is over; without `told` the environment says where.

    Raises TollgateError where the store or the control plane is away: the next invocation tries again.
    """
    return asyncio.run(_tick(told or settings(), SystemClock().now() + time - MARGIN))


def run_named(pushed: object) -> str:
    """The run that a Pub/Sub push names, `{"message": {"data": base64}}`, for the log; empty where it names none."""
    message = pushed.get("message") if isinstance(pushed, Mapping) else None
    data = message.get("data") if isinstance(message, Mapping) else None
    if not isinstance(data, str | bytes):
        return ""
    try:
        name = base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return name if len(name) <= LONGEST_NAME and name.isprintable() else ""


async def _tick(told: Settings, stop: datetime) -> Ticked:
    async with surroundings(told) as around:
        return await orchestrate(around, stop=stop)
