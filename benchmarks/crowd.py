"""Many runs in one database: some that wait for months to come, some that are due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from benchmarks.runs import TEXT
from benchmarks.samples import PRINCIPAL
from mcp_handlers.kernel.clock import SystemClock
from workflow.model.begin import begin
from workflow.model.lease import Wait
from workflow.model.principal import Principal
from workflow.model.workload import Request
from workflow.store.store import Store, open_store

AT_ONCE = 6
RUNS_PER_TENANT = 10
"""Fewer than a tenant's budget would end."""


def a_request(kind: str, number: int) -> Request:
    """The same words each time, from one of many tenants."""
    tenant = f"{kind}-{number // RUNS_PER_TENANT}"
    who = Principal.model_validate(PRINCIPAL.model_dump() | {"tenant": tenant})
    return Request(id=f"{kind}-{number}", text=TEXT, principal=who, submitted_at=SystemClock().now())


async def park(url: str, since: int, until: int) -> None:
    """Runs of these numbers that wait, each for a moment of its own from tomorrow on."""

    async def one(store: Store, number: int) -> None:
        now = SystemClock().now()
        run, event = begin(a_request("parked", number), now)
        lease = await store.begin_run(run, "nobody", now, event)
        wait = Wait(kind="time", wake_at=now + timedelta(days=1, minutes=number), reason="cheaper then")
        waiting = run.model_copy(update={"state": "waiting", "waits_for": wait.reason})
        await store.park_run(lease, waiting, wait, now)

    await _each(url, range(since, until), one)


async def submit(url: str, kind: str, count: int) -> None:
    """Runs that are due at once, as a door lays them down."""

    async def one(store: Store, number: int) -> None:
        request = a_request(kind, number)
        run, event = begin(request, request.submitted_at)
        await store.submit_run(run, event, request.submitted_at)

    await _each(url, range(count), one)


async def _each(url: str, of: range, work: Callable[[Store, int], Awaitable[None]]) -> None:
    numbers = iter(of)

    async def some(store: Store) -> None:
        for number in numbers:
            await work(store, number)

    async with open_store(url) as store:
        await asyncio.gather(*(some(store) for _ in range(AT_ONCE)))
