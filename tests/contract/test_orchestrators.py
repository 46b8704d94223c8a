"""Several orchestrators on one database: whoever stalls, nothing is done twice, lost or left over.

TOLLGATE_SEEDS says how many races are run of each kind.
"""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.runs import TEXT
from tests.contract.orchestra import JumpyClock, Orchestrator, World, orchestrator, submitted
from tests.contract.stores import STORES
from workflow.deploy import hand
from workflow.model.errors import InHand
from workflow.model.lease import Cancel
from workflow.model.offpeak import Offpeak, Window
from workflow.model.run import Record
from workflow.orchestrate.tick import Ticked

SEEDS = range(int(os.environ.get("TOLLGATE_SEEDS", "3")))
TURNS = 200
"""More than any run needs; who is not at an end then never will be."""


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    return STORES[request.param].place(tmp_path)


async def until_all_ended(orchestrators: list[Orchestrator], names: list[str]) -> dict[str, Record]:
    """Everybody ticks until every run has ended; the records."""
    store = orchestrators[0].context.store
    for _ in range(TURNS):
        await asyncio.gather(*(each.tick() for each in orchestrators))
        runs = [await store.get_run(name) for name in names]
        if all(run is not None and run.record is not None for run in runs):
            return {run.id: run.record for run in runs if run is not None and run.record is not None}
        orchestrators[0].clock.moment += timedelta(minutes=1)
    raise AssertionError(f"not at an end: {[await store.get_place(name) for name in names]}")


async def race(place: str, seed: int, *, cancel: bool) -> tuple[World, dict[str, Record], list[str]]:
    """Two orchestrators, three runs, and a clock that jumps: (the world, the records, the ledger's kinds)."""
    dice = random.Random(seed)
    clock, world = JumpyClock(dice, chance=0.3), World()
    names = [f"s{seed}-{number}" for number in range(2)]
    async with AsyncExitStack() as stack:
        both = [await stack.enter_async_context(orchestrator(place, world, clock)) for _ in range(2)]
        store = both[0].context.store
        for name in names:
            await submitted(both[0], name)
        ticking = asyncio.create_task(until_all_ended(both, names))
        if cancel:
            await asyncio.sleep(dice.random() * 0.2)
            run = await store.get_run(names[0])
            assert run is not None
            event = both[0].context.journal.event(run.request, "run.cancel_asked", {"by": "ana"})
            await store.cancel_run(names[0], Cancel(by="ana", at=clock.now()), event)
        records = await ticking
        kinds = [f"{e.event.run} {e.event.kind}" for e in await store.entries(limit=10_000)]
        for name in names:
            keys = [receipt.key for receipt in await store.list_receipts(name)]
            assert len(keys) == len(set(keys))
    return world, records, kinds


@pytest.mark.parametrize("seed", SEEDS)
async def test_two_orchestrators_race_and_every_effect_happens_once(place: str, seed: int) -> None:
    world, records, kinds = await race(place, seed, cancel=False)
    assert {record.state for record in records.values()} == {"succeeded"}
    assert sorted(r.id for record in records.values() for r in record.resources) == sorted(world.holds)
    assert sorted(kind for kind in kinds if kind.endswith("finished")) == sorted(f"{n} finished" for n in records)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_run_that_is_cancelled_in_the_middle_of_a_race_leaves_nothing(place: str, seed: int) -> None:
    world, records, kinds = await race(place, seed, cancel=True)
    cancelled = records[f"s{seed}-0"]
    assert (cancelled.state, cancelled.code) in {("failed", "CANCELLED"), ("succeeded", "")}
    lasting = [r.id for record in records.values() if record.state == "succeeded" for r in record.resources]
    assert sorted(lasting) == sorted(world.holds)
    assert len([kind for kind in kinds if kind.endswith("finished")]) == 2


async def test_a_run_of_a_process_that_died_goes_on_when_its_lease_is_over(place: str) -> None:
    clock, world = JumpyClock(random.Random(0)), World()
    async with orchestrator(place, world, clock) as one:
        await submitted(one, "r1")
        taken = await one.context.store.take_run("r1", "far-away:1:x", clock.now(), clock.now() + hand.LEASE)
        assert taken is not None
        assert (await one.tick()).taken == 0
        with pytest.raises(InHand):
            await hand.take(one.context, "r1")
        clock.moment += hand.LEASE
        assert (await one.tick()).states == {"succeeded": 1}


async def test_a_run_whose_holder_has_died_on_this_machine_can_be_taken_at_once(place: str) -> None:
    clock = JumpyClock(random.Random(0))
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
    holder = hand.this_process().split(":")
    async with orchestrator(place, World(), clock) as one:
        await submitted(one, "r1")
        await one.context.store.take_run("r1", f"{holder[0]}:{process.pid}:x", clock.now(), clock.now() + hand.LEASE)
        assert (await hand.take(one.context, "r1")).token == 3


async def test_a_tick_that_is_out_of_time_puts_the_run_down_and_the_next_goes_on(place: str) -> None:
    clock, world = JumpyClock(random.Random(0)), World()
    async with orchestrator(place, world, clock) as one:
        await submitted(one, "r1")
        object.__setattr__(one.context, "until", clock.now())
        assert await one.tick() == Ticked(taken=1, states={}, troubled=0, unfinished=1)
        assert world.calls == []
        object.__setattr__(one.context, "until", None)
        assert (await one.tick()).states == {"succeeded": 1}


async def test_a_tick_that_must_stop_lets_go_of_what_hangs_and_begins_nothing_new(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace = timedelta(seconds=0.5)
    monkeypatch.setattr("workflow.orchestrate.tick.GRACE", grace)
    clock, world = JumpyClock(random.Random(0)), World()
    async with orchestrator(place, world, clock) as one:
        await submitted(one, "r1")
        whole, reached = one.context.tools.call, asyncio.Event()

        async def hangs(*_: object, **__: object) -> None:
            clock.moment += grace
            reached.set()
            await asyncio.Event().wait()

        object.__setattr__(one.context.tools, "call", hangs)
        assert (await one.tick(stop=clock.now() + grace)).taken == 0
        started = clock.now()
        assert await one.tick(stop=started + grace + timedelta(seconds=0.5)) == Ticked(
            taken=1, states={}, troubled=0, unfinished=1
        )
        assert reached.is_set()
        object.__setattr__(one.context.tools, "call", whole)
        assert (await one.tick()).states == {"succeeded": 1}


async def test_a_run_that_fails_again_and_again_is_left_alone_for_longer_and_reported_once(place: str) -> None:
    clock, world = JumpyClock(random.Random(0)), World()

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake of ours")

    async with orchestrator(place, world, clock) as one:
        await submitted(one, "r1")
        object.__setattr__(one.context.tools, "call", broken)
        pauses = []
        for _ in range(7):
            assert (await one.tick()).troubled == 1
            place_now = await one.context.store.get_place("r1")
            assert place_now is not None
            assert place_now.due_at is not None
            pauses.append((place_now.due_at - clock.now()).total_seconds())
            clock.moment = place_now.due_at
        assert pauses == [10, 20, 40, 80, 160, 320, 640]
        kinds = [entry.event.kind for entry in await one.context.store.entries(run="r1")]
        assert kinds.count("run.stuck") == 1
        assert [each.lease.run for each in await one.context.store.list_places(overdue=clock.now())] == ["r1"]


async def test_one_runs_trouble_is_not_the_others(place: str) -> None:
    clock, world = JumpyClock(random.Random(0)), World()
    async with orchestrator(place, world, clock) as one:
        await submitted(one, "r1")
        await submitted(one, "r2")
        whole = one.context.language.read

        async def read(text: str) -> object:
            if not world.calls:
                world.calls.append("first")
                raise RuntimeError("a mistake of ours")
            return await whole(text)

        object.__setattr__(one.context.language, "read", read)
        ticked = await one.tick()
        assert (ticked.troubled, ticked.states) == (1, {"succeeded": 1})


async def test_finite_work_is_parked_until_it_is_cheaper_and_the_record_says_why(place: str) -> None:
    clock, world = JumpyClock(random.Random(0)), World()
    night = Window(days=(4,), hour=22, hours=8, price_percent=60)
    async with orchestrator(place, world, clock) as one:
        object.__setattr__(one.context, "offpeak", Offpeak(windows=(night,)))
        await submitted(one, "r1", f"{TEXT}, done within 24 hours")
        assert (await one.tick()).states == {"waiting": 1}
        parked = await one.context.store.get_place("r1")
        assert parked is not None
        assert parked.due_at == clock.now().replace(hour=22)
        assert (await one.tick()).taken == 0
        clock.moment = parked.due_at
        assert (await one.tick()).states == {"succeeded": 1}
        ended = await one.context.store.get_run("r1")
        assert ended is not None
        assert ended.record is not None
        assert ended.record.assumptions[-1].startswith("It starts at 2026-11-20 22:00 UTC")
        kinds = [entry.event.kind for entry in await one.context.store.entries(run="r1")]
        assert (kinds.count("deferred"), kinds.count("parsed"), kinds.count("run.resumed")) == (1, 1, 1)


async def test_where_nothing_is_due_a_tick_does_nothing(place: str) -> None:
    async with orchestrator(place, World(), JumpyClock(random.Random(0))) as one:
        assert await one.tick() == Ticked(taken=0, states={}, troubled=0, unfinished=0)
