"""Whoever asked through a door is told how it goes, while a tick works and once more after it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from functions.registry import contracts
from functions.webhooks.doors import posts
from mcp_handlers.kernel.clock import SystemClock
from workflow.answers.postman import Postman
from workflow.model.errors import TollgateError
from workflow.model.ports import Store

EVERY = 1.0
"""Seconds between rounds, so that a message is edited about once a second at most, as Slack and others ask."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def telling(store: Store, environ: Mapping[str, str]) -> AsyncIterator[None]:
    """Rounds of the postman beside what is done within, and a last one. Nothing where no door has a way out here."""
    ways = posts(environ)
    if not ways:
        yield
        return
    postman, over = Postman(store, ways, contracts(), SystemClock()), asyncio.Event()
    beside = asyncio.create_task(_rounds(postman, over))
    try:
        yield
    finally:
        # Not broken off: a message that is under way is written down.
        over.set()
        await beside


async def _rounds(postman: Postman, over: asyncio.Event) -> None:
    while not over.is_set():
        await _round(postman)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), EVERY)
    await _round(postman)


async def _round(postman: Postman) -> None:
    """Trouble with telling is none of the runs' business: what was not told is told in the next round."""
    try:
        await postman.round()
    except TollgateError as error:
        log.warning("nothing could be told", extra={"code": error.code})
