"""Two hundred plans want a budget that admits thirty-seven of them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.contract.budget_worker import ADMITTED, EACH, LIMIT, PLANS, decide_all
from tests.contract.stores import NOW, STORES, StoreUnderTest
from workflow.model.ports import Store

ROOT = Path(__file__).parents[2]
PROCESSES = 4


@pytest.fixture(params=STORES)
def tested(request: pytest.FixtureRequest) -> StoreUnderTest:
    """Each kind of store."""
    return STORES[request.param]


async def watched(store: Store, until: asyncio.Future[Any]) -> list[int]:
    """What a reader sees of the tenant's month, again and again, to the end."""
    seen = []
    while not until.done():
        seen.append((await store.spend("acme", "default", NOW)).tenant_month_cents)
        await asyncio.wait({until}, timeout=0.01)
    return seen


async def insist_exact(store: Store, allowed: Sequence[str], seen: Sequence[int]) -> None:
    """Exactly those that were allowed hold money, each once, and the ledger tells of every decision."""
    assert len(allowed) == ADMITTED
    assert max(seen) <= LIMIT
    assert sorted(seen) == list(seen)
    assert (await store.spend("acme", "default", NOW)).tenant_month_cents == ADMITTED * EACH
    told = [entry.event for entry in await store.entries(limit=10 * PLANS) if entry.event.kind == "decided"]
    assert len(told) == PLANS
    assert {event.run for event in told if event.body["decision"]["verdict"] == "allow"} == set(allowed)


async def test_tasks_of_one_process_hold_exactly_what_the_budget_admits(tmp_path: Path) -> None:
    sqlite = STORES["sqlite"]
    place = sqlite.place(tmp_path)
    async with sqlite.open(place) as store, sqlite.open(place) as another:
        racing = asyncio.ensure_future(decide_all(store, range(PLANS)))
        seen = await watched(another, racing)
        came = await racing
        assert came["refused"] == ["BUDGET_HARD"]
        assert came["judged"] < 3 * PLANS
        await insist_exact(store, came["allowed"], seen)


async def test_several_processes_hold_exactly_what_the_budget_admits(tested: StoreUnderTest, tmp_path: Path) -> None:
    place = tested.place(tmp_path)
    async with tested.open(place) as store:
        workers = [await start(place, number) for number in range(PROCESSES)]
        assert [(await worker.stdout.readline()).strip() for worker in workers] == [b"ready"] * PROCESSES
        racing = asyncio.gather(*(worker.communicate(b"go\n") for worker in workers))
        seen = await watched(store, racing)
        came = [json.loads(out) for out, _ in await racing]
        assert {code for one in came for code in one["refused"]} == {"BUDGET_HARD"}
        await insist_exact(store, [run for one in came for run in one["allowed"]], seen)


async def start(place: str, number: int) -> asyncio.subprocess.Process:
    each = PLANS // PROCESSES
    part = [str(number * each), str((number + 1) * each)]
    command = [sys.executable, "-m", "tests.contract.budget_worker", place, *part]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)
