"""Many tasks and several processes on one store, and processes that are killed in the middle."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.contract.store_worker import EACH, LIMIT, hold_until_the_limit
from tests.contract.stores import NOTHING, NOW, STORES, StoreUnderTest, a_receipt, a_reservation, an_event, spent

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=STORES)
def tested(request: pytest.FixtureRequest) -> StoreUnderTest:
    """Each kind of store."""
    return STORES[request.param]


async def start(tested: StoreUnderTest, place: str, job: str, name: str) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "tests.contract.store_worker", tested.module, place, job, name]
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)


async def test_of_fifty_tasks_that_expect_the_same_spend_one_wins(tested: StoreUnderTest, tmp_path: Path) -> None:
    async with tested.open(tested.place(tmp_path)) as store:
        tries = [store.reserve([a_reservation(f"key-{number}", 7)], NOTHING) for number in range(50)]
        assert sorted(await asyncio.gather(*tries)) == [False] * 49 + [True]
        assert await store.spend("acme", "default", NOW) == spent(7)


async def test_fifty_tasks_hold_exactly_what_the_limit_allows(tested: StoreUnderTest, tmp_path: Path) -> None:
    async with tested.open(tested.place(tmp_path)) as store:
        won = await asyncio.gather(*(hold_until_the_limit(store, f"task-{number}") for number in range(50)))
        assert sum(map(len, won)) == LIMIT // EACH
        assert await store.spend("acme", "default", NOW) == spent(LIMIT)


async def test_several_processes_hold_exactly_what_the_limit_allows(tested: StoreUnderTest, tmp_path: Path) -> None:
    place = tested.place(tmp_path)
    workers = [await start(tested, place, "spend", f"process-{number}") for number in range(4)]
    printed = [(await worker.communicate())[0].decode().split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4
    async with tested.open(place) as store:
        kept = await store.list_reservations("run-1")
        assert sorted(one.key for one in kept) == sorted(key for keys in printed for key in keys)
        assert sum(one.cents for one in kept) == LIMIT


async def test_the_same_effect_from_fifty_tasks_leaves_one_receipt(tested: StoreUnderTest, tmp_path: Path) -> None:
    async with tested.open(tested.place(tmp_path)) as store:
        results = await asyncio.gather(*(store.save_receipt(a_receipt(output={"by": n})) for n in range(50)))
        assert all(result == results[0] for result in results)
        assert await store.list_receipts("run-1") == [results[0]]


async def test_tasks_that_append_at_once_make_one_chain(tested: StoreUnderTest, tmp_path: Path) -> None:
    async with tested.open(tested.place(tmp_path)) as store:
        entries = await asyncio.gather(*(store.append(an_event(number=number)) for number in range(50)))
        assert sorted(entry.seq for entry in entries) == list(range(1, 51))
        assert sorted(entry.event.body["number"] for entry in await store.entries()) == list(range(50))
        assert (await store.verify_ledger()).finding is None


async def test_a_cancelled_task_leaves_the_store_usable(tested: StoreUnderTest, tmp_path: Path) -> None:
    async with tested.open(tested.place(tmp_path)) as store:
        for turns in range(40):
            task = asyncio.create_task(store.append(an_event(turns=turns)))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        last = await store.append(an_event())
        verified = await store.verify_ledger()
        assert (verified.entries, verified.head, verified.finding) == (last.seq, last.hash, None)


@pytest.mark.parametrize("lines", [1, 3, 8])
async def test_processes_killed_in_the_middle_lose_nothing_that_was_safe(
    tested: StoreUnderTest, tmp_path: Path, lines: int
) -> None:
    place = tested.place(tmp_path)
    workers = [await start(tested, place, "write", f"process-{number}") for number in range(3)]
    safe = [int(await worker.stdout.readline()) for worker in workers for _ in range(lines)]
    for worker in workers:
        worker.kill()
    rest = [(await worker.communicate())[0] for worker in workers]
    safe += [int(line) for text in rest for line in text.splitlines(keepends=True) if line.endswith(b"\n")]
    async with tested.open(place) as store:
        verified = await store.verify_ledger()
        entries = await store.entries(limit=100_000)
        assert verified.finding is None
        assert [entry.seq for entry in entries] == list(range(1, verified.entries + 1))
        assert set(safe) <= {entry.seq for entry in entries if entry.event.kind == "run.ended"}
        ended = sorted(run.id for run in await store.list_runs(state="succeeded", limit=100_000))
        assert ended == sorted(entry.event.run for entry in entries if entry.event.kind == "run.ended")
        assert all(run.record is not None for run in await store.list_runs(state="succeeded", limit=100_000))
        assert (await store.append(an_event())).seq == verified.entries + 1
