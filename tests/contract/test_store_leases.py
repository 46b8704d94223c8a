"""Leases in every store: a run is in one hand, the newest; who comes late writes nothing; parked runs cost nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint

from tests.contract.stores import NOTHING, NOW, STORES, a_receipt, a_record, a_reservation, a_run, an_event, later
from tests.contract.test_store_approvals import a_request, a_word
from workflow.model.errors import BadRequest, LeaseLost
from workflow.model.lease import FENCE, Cancel, Lease, Wait
from workflow.model.ports import Store
from workflow.store import places
from workflow.store.checkpoints import open_checkpoints

BEGUN = an_event(kind="requested")
CANCEL = Cancel(by="ana", at=NOW)


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    return STORES[request.param].place(tmp_path)


@pytest.fixture
async def store(place: str) -> AsyncIterator[Any]:
    """The store in it."""
    async with STORES["sqlite"].open(place) as opened:
        yield opened


async def begun(store: Store, name: str = "run-1", until: datetime | None = None) -> Lease:
    """A run in the first hand."""
    return await store.begin_run(a_run(name), "one", until or later(30), BEGUN)


async def parked(store: Store, name: str = "run-1", **wait: Any) -> Lease:
    """A run that waits for a time, or as told."""
    lease = await begun(store, name)
    fields = {"kind": "time", "wake_at": later(60), **wait}
    await store.park_run(lease, a_run(name, state="waiting"), Wait.model_validate(fields), NOW)
    return lease


async def due(store: Store, seconds: float, limit: int = 10) -> list[str]:
    """What a tick takes at that time."""
    return [each.run for each in await store.claim_runs("two", later(seconds), later(seconds + 30), limit)]


async def test_a_new_run_is_in_hand_at_once_and_in_the_ledger(store: Store) -> None:
    assert await begun(store) == Lease(run="run-1", token=1, holder="one", tries=1)
    assert await store.get_run("run-1") == a_run()
    assert [entry.event for entry in await store.entries()] == [BEGUN]
    assert await due(store, 0) == []
    with pytest.raises(BadRequest):
        await begun(store)


async def test_a_run_whose_holder_is_gone_is_taken_when_the_lease_is_over(store: Store) -> None:
    await begun(store)
    assert await due(store, 29) == []
    assert list(await store.claim_runs("two", later(30), later(60), 10)) == [
        Lease(run="run-1", token=2, holder="two", tries=2)
    ]
    assert await due(store, 31) == []


async def test_a_renewed_lease_is_not_taken(store: Store) -> None:
    lease = await begun(store)
    await store.renew_lease(lease, later(90))
    assert await due(store, 60) == []
    assert await due(store, 90) == ["run-1"]


async def test_the_longest_due_are_taken_first_and_no_more_than_asked_for(store: Store) -> None:
    for name, at in (("a", 40), ("b", 20), ("c", 30), ("d", 999)):
        await parked(store, name, wake_at=later(at))
    assert await due(store, 50, 2) == ["b", "c"]
    assert await due(store, 50) == ["a"]
    assert await due(store, 50) == []


async def test_a_run_is_taken_only_where_nobody_has_it(store: Store) -> None:
    await begun(store)
    assert await store.take_run("run-1", "two", NOW, later(30)) is None
    over = await store.take_run("run-1", "two", NOW, later(30), over="one")
    assert over == Lease(run="run-1", token=2, holder="two", tries=2)
    await store.release_run(over, NOW)
    assert (await store.take_run("run-1", "three", NOW, later(30))) is not None
    assert await store.take_run("another", "three", NOW, later(30)) is None


LATE: dict[str, Callable[[Any, Lease], Awaitable[object]]] = {
    "save_run": lambda store, lease: store.save_run(a_run(state="waiting")),
    "end_run": lambda store, lease: store.end_run(a_run(), a_record(a_run()), an_event(kind="finished")),
    "save_receipt": lambda store, lease: store.save_receipt(a_receipt()),
    "append": lambda store, lease: store.append(an_event()),
    "reserve": lambda store, lease: store.reserve([a_reservation()], NOTHING),
    "ask_approval": lambda store, lease: store.ask_approval(a_request(), an_event()),
    "renew_lease": lambda store, lease: store.renew_lease(lease, later(99)),
    "park_run": lambda store, lease: store.park_run(lease, a_run(), Wait(kind="time", wake_at=later(9)), NOW),
    "note_stuck": lambda store, lease: store.note_stuck(lease, NOW, an_event()),
}


@pytest.mark.parametrize("what", LATE)
async def test_who_lost_the_lease_writes_nothing(store: Store, what: str) -> None:
    lease = await begun(store)
    await store.take_run("run-1", "two", later(30), later(60))
    before = await store.get_place("run-1")
    with pytest.raises(LeaseLost):
        await LATE[what](store.under(lease), lease)
    assert await store.get_run("run-1") == a_run()
    assert await store.get_place("run-1") == before
    assert [entry.event for entry in await store.entries()] == [BEGUN]
    assert (await store.list_receipts("run-1"), await store.list_reservations("run-1")) == ([], [])
    assert await store.list_approvals() == []


async def test_who_lost_the_lease_cannot_put_the_run_down(store: Store) -> None:
    lease = await begun(store)
    await store.take_run("run-1", "two", later(30), later(60))
    await store.release_run(lease, NOW)
    assert await due(store, 59) == []


async def test_who_has_the_lease_writes_as_ever(store: Store) -> None:
    lease = await begun(store)
    held = store.under(lease)
    await held.save_receipt(a_receipt())
    await held.under(lease).append(an_event())
    assert await held.reserve([a_reservation()], NOTHING)
    await held.end_run(a_run(), a_record(a_run()), an_event(kind="finished"))
    assert [entry.event.kind for entry in await store.entries()] == ["requested", "step.done", "finished"]


async def test_who_lost_the_lease_leaves_no_checkpoint(store: Store, place: str) -> None:
    lease = await begun(store)
    fields = {"thread_id": "run-1", "checkpoint_ns": "", "checkpoint_id": "0", FENCE: lease.token}
    config: RunnableConfig = {"configurable": fields}
    async with open_checkpoints(place) as saver:
        kept = await saver.aput(config, empty_checkpoint(), {"source": "input"}, {})
        fields = {**kept["configurable"], FENCE: lease.token}
        await saver.aput_writes({"configurable": fields}, [("answer", "kept")], "task")
        await store.take_run("run-1", "two", later(30), later(60))
        with pytest.raises(LeaseLost):
            await saver.aput({"configurable": fields}, empty_checkpoint(), {"source": "loop"}, {})
        with pytest.raises(LeaseLost):
            await saver.aput_writes({"configurable": fields}, [("answer", "late")], "late")
        found = await saver.aget_tuple({"configurable": {"thread_id": "run-1"}})
        assert found is not None
        assert found.pending_writes == [("task", "answer", "kept")]
        assert dict(found.metadata)[FENCE] == 1
        newer = {**fields, FENCE: 2}
        await saver.aput({"configurable": newer}, empty_checkpoint(), {"source": "loop"}, {})


async def test_a_run_that_has_ended_is_nobodys(store: Store) -> None:
    lease = await begun(store)
    await store.under(lease).end_run(a_run(), a_record(a_run()), an_event(kind="finished"))
    await store.release_run(lease, NOW)
    assert await due(store, 9_999) == []
    assert await store.take_run("run-1", "two", NOW, later(30)) is None
    assert await store.cancel_run("run-1", CANCEL, an_event(kind="run.cancel_asked")) is False


@pytest.mark.parametrize("approved", [True, False])
async def test_a_decided_approval_makes_its_run_due_at_once(store: Store, approved: bool) -> None:
    await store.ask_approval(a_request(), an_event())
    await parked(store, kind="approval", subject="a1", wake_at=later(3600))
    await parked(store, "run-2", kind="approval", subject="a2", wake_at=later(3600))
    assert await due(store, 1) == []
    await store.say_approval(a_word(approved=approved), later(1), an_event())
    assert await due(store, 1) == ["run-1"]


async def test_a_question_that_is_taken_back_makes_its_run_due_at_once(store: Store) -> None:
    await store.ask_approval(a_request(), an_event())
    await parked(store, kind="approval", subject="a1", wake_at=later(3600))
    await store.close_approval("a1", "revoked", later(1), an_event())
    assert await due(store, 1) == ["run-1"]


async def test_an_approval_that_was_decided_before_its_run_was_parked_does_not_get_lost(store: Store) -> None:
    await store.ask_approval(a_request(), an_event())
    await store.say_approval(a_word(), NOW, an_event())
    await parked(store, kind="approval", subject="a1", wake_at=later(3600))
    assert await due(store, 0) == ["run-1"]


async def test_the_expiry_of_an_approval_makes_its_run_due(store: Store) -> None:
    await store.ask_approval(a_request(), an_event())
    await parked(store, kind="approval", subject="a1", wake_at=a_request().expires_at)
    assert await due(store, 3599) == []
    assert await due(store, 3600) == ["run-1"]


async def test_a_wish_to_cancel_makes_a_parked_run_due_and_leaves_one_in_hand_there(store: Store) -> None:
    await parked(store)
    await begun(store, "run-2")
    told = an_event(kind="run.cancel_asked")
    assert [await store.cancel_run(name, CANCEL, told) for name in ("run-1", "run-1", "run-2", "x")] == [
        True, False, True, False
    ]  # fmt: skip
    assert await due(store, 0) == ["run-1"]
    found = await store.get_place("run-2")
    assert found is not None
    assert found.cancel == CANCEL
    assert [entry.event.kind for entry in await store.entries()].count("run.cancel_asked") == 2


async def test_a_run_that_is_parked_while_somebody_cancels_it_is_due(store: Store) -> None:
    lease = await begun(store)
    await store.cancel_run("run-1", CANCEL, an_event())
    await store.park_run(lease, a_run(state="waiting"), Wait(kind="time", wake_at=later(3600)), NOW)
    assert await due(store, 0) == ["run-1"]


async def test_a_run_says_what_it_waits_for(store: Store) -> None:
    wait = Wait(kind="operation", subject="op-7", wake_at=later(60), reason="The cloud is at it.")
    await parked(store, **wait.model_dump())
    found = await store.get_place("run-1")
    assert found is not None
    assert (found.held, found.due_at, found.wait) == (False, later(60), wait)
    await store.claim_runs("two", later(60), later(90), 1)
    taken = await store.get_place("run-1")
    assert taken is not None
    assert (taken.held, taken.due_at, taken.wait) == (True, later(90), None)


async def test_a_run_that_is_taken_again_and_again_is_stuck_and_that_is_said_once(store: Store) -> None:
    await parked(store, "well", wake_at=later(500))
    await parked(store, "slow", wake_at=later(60 * 60 * 24))
    await begun(store)
    for turn in range(4):
        (lease,) = await store.claim_runs("two", later(31 * (turn + 1)), later(31 * (turn + 1) + 30), 1)
        await store.release_run(lease, later(31 * (turn + 1)))
    assert [each.lease.run for each in await store.list_places(overdue=NOW)] == ["run-1"]
    assert [each.lease.run for each in await store.list_places(overdue=later(600))] == ["run-1", "well"]
    assert await store.note_stuck(lease, NOW, an_event(kind="run.stuck"))
    assert not await store.note_stuck(lease, NOW, an_event(kind="run.stuck"))
    assert [entry.event.kind for entry in await store.entries()].count("run.stuck") == 1


async def test_tasks_that_claim_at_once_share_the_due_runs(store: Store) -> None:
    for number in range(20):
        await parked(store, f"run-{number}", wake_at=NOW)

    async def claim(holder: str) -> list[Lease]:
        mine: list[Lease] = []
        while found := await store.claim_runs(holder, NOW, later(30), 3):
            mine += found
        return mine

    shares = await asyncio.gather(*(claim(f"worker-{n}") for n in range(4)))
    assert sorted(lease.run for share in shares for lease in share) == sorted(f"run-{n}" for n in range(20))


async def many_parked(store: Any) -> Any:
    """Ten thousand parked runs, of which none is due; the database beneath."""
    database = store._database
    async with database.writing() as transaction:
        await transaction.rows(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
            f"INSERT INTO leases ({places.COLUMNS}) SELECT 'run-' || i, 1, '', 0, 0, ?, 'approval', 'a-' || i, '', '', "
            "NULL FROM n",
            ("2030-01-01T00:00:00+00:00",),
        )
        await transaction.rows("ANALYZE leases")
    return database


async def test_what_a_tick_asks_is_answered_by_an_index_however_many_runs_are_parked(store: Any) -> None:
    database = await many_parked(store)
    async with database.reading() as transaction:
        how = {"sqlite": "EXPLAIN QUERY PLAN", "postgres": "EXPLAIN"}[transaction.engine]
        plan = await transaction.rows(f"{how} {places.DUE}", (NOW.isoformat(), 10))
    assert "leases_due" in str(plan)
    assert "Seq Scan" not in str(plan)
    assert "SCAN" not in str(plan)
    assert await due(store, 0) == []


@given(at=st.lists(st.integers(0, 100), max_size=8), now=st.integers(0, 100))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_exactly_what_is_due_is_taken(tmp_path_factory: pytest.TempPathFactory, at: list[int], now: int) -> None:
    async with STORES["sqlite"].open(str(tmp_path_factory.mktemp("due") / "store.db")) as store:
        for number, wake_at in enumerate(at):
            await parked(store, f"run-{number}", wake_at=later(wake_at))
        taken = await due(store, now)
        assert sorted(taken) == sorted(f"run-{n}" for n, wake_at in enumerate(at) if wake_at <= now)
