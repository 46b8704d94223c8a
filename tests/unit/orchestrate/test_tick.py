"""What a tick asks of the store, and how much it takes at once."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from workflow.model.lease import Lease, Leases
from workflow.model.run import Run
from workflow.orchestrate.tick import Ticked, tick

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Still:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW


@dataclass
class Queue:
    """The part of the store that a tick asks: runs that are due, and how many were asked for each time."""

    due: deque[str]
    asked: list[int] = field(default_factory=list)

    async def claim_runs(self, holder: str, now: datetime, until: datetime, limit: int) -> Sequence[Lease]:
        self.asked.append(limit)
        return [Lease(run=self.due.popleft(), token=1, holder=holder) for _ in range(min(limit, len(self.due)))]


def ended(lease: Lease) -> Run:
    return cast(Run, type("Ended", (), {"state": "succeeded", "id": lease.run}))


async def ticked(queue: Queue, advance: Any) -> Ticked:
    return await tick(cast(Leases, queue), Still(), advance, at_once=2)


async def test_where_nothing_is_due_the_store_is_asked_once() -> None:
    queue = Queue(deque())
    assert await ticked(queue, None) == Ticked(taken=0, states={}, troubled=0, unfinished=0)
    assert queue.asked == [2]


async def test_runs_that_are_due_are_begun_together_and_the_next_when_one_has_ended() -> None:
    queue, together, under_way = Queue(deque(["r1", "r2", "r3"])), asyncio.Barrier(2), list[str]()

    async def advance(lease: Lease) -> Run:
        under_way.append(lease.run)
        if lease.run != "r3":
            await together.wait()
        return ended(lease)

    assert await ticked(queue, advance) == Ticked(taken=3, states={"succeeded": 3}, troubled=0, unfinished=0)
    assert (under_way, queue.asked) == (["r1", "r2", "r3"], [2, 1, 1, 1])
