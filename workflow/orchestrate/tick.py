"""One tick: take what is due, go on with it, be done before the time is over. Any number may tick at once."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workflow.deploy import hand
from workflow.model.base import Noun
from workflow.model.errors import TollgateError
from workflow.model.lease import Lease, Leases
from workflow.model.ports import Clock
from workflow.model.run import Run

log = logging.getLogger(__name__)

Advance = Callable[[Lease], Awaitable[Run]]
"""Goes on with a taken run until it waits, asks or ends, and puts it down."""

GRACE = timedelta(seconds=10)
"""So long before a tick must have stopped, it begins nothing new."""
AT_ONCE = 4
"""Runs that one tick works on at the same time. They mostly wait for clouds."""


class Ticked(Noun):
    """What a tick did: how many runs it took, and how many of them came to which state. `troubled` stopped with an
    error and are tried again later; `unfinished` are gone on with in the next tick."""

    taken: int
    states: dict[str, int]
    troubled: int
    unfinished: int


@dataclass
class _Count:
    taken: int = 0
    troubled: int = 0
    unfinished: int = 0
    states: Counter[str] = field(default_factory=Counter)


async def tick(
    leases: Leases, clock: Clock, advance: Advance, *, stop: datetime | None = None, at_once: int = AT_ONCE
) -> Ticked:
    """Work until nothing is due any more or `stop` has come. A run that is still under way then is let go, as it is.

    Where nothing is due, that is one question to the store.
    """
    count = _Count()
    first = await _claim(leases, clock, stop, at_once)
    workers = [asyncio.create_task(_work(leases, clock, advance, stop, count, lease)) for lease in first]
    if not workers:
        return _told(count)
    left = None if stop is None else max((stop - clock.now()) / timedelta(seconds=1), 0)
    try:
        await asyncio.wait(workers, timeout=left)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    for worker in workers:
        if not worker.cancelled() and (error := worker.exception()):
            raise error
    return _told(count)


def _told(count: _Count) -> Ticked:
    return Ticked(taken=count.taken, states=dict(count.states), troubled=count.troubled, unfinished=count.unfinished)


async def _claim(leases: Leases, clock: Clock, stop: datetime | None, limit: int) -> Sequence[Lease]:
    now = clock.now()
    if stop is not None and now >= stop - GRACE:
        return ()
    return await leases.claim_runs(hand.this_process(), now, now + hand.LEASE, limit)


async def _work(
    leases: Leases, clock: Clock, advance: Advance, stop: datetime | None, count: _Count, lease: Lease
) -> None:
    found: Sequence[Lease] = (lease,)
    while found:
        (lease,) = found
        count.taken += 1
        if not await _one(advance, lease, count):
            return
        found = await _claim(leases, clock, stop, 1)


async def _one(advance: Advance, lease: Lease, count: _Count) -> bool:
    """False where there was no time to come to a place to wait: then there is none for another run either."""
    try:
        run = await advance(lease)
    except asyncio.CancelledError:
        count.unfinished += 1
        raise
    except Exception as error:  # noqa: BLE001 - one run's trouble is not the others'; it was put down, to be tried again
        count.troubled += 1
        code = error.code if isinstance(error, TollgateError) else type(error).__name__
        log.warning("a run could not go on", extra={"run": lease.run, "code": code, "tries": lease.tries})
        return True
    if run.state == "running":
        count.unfinished += 1
        return False
    count.states[run.state] += 1
    return True
