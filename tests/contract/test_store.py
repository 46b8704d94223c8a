"""What every store does: its methods one by one, twice, and where they refuse."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.contract.stores import (
    NOTHING,
    NOW,
    STORES,
    a_receipt,
    a_record,
    a_reservation,
    a_run,
    an_event,
    later,
    spent,
)  # fmt: skip
from workflow.model.errors import BadRequest, NotFound
from workflow.model.ports import Event, Store


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A fresh store of each kind."""
    tested = STORES[request.param]
    async with tested.open(tested.place(tmp_path)) as opened:
        yield opened


async def test_a_run_is_replaced_by_its_id(store: Store) -> None:
    await store.save_run(a_run())
    await store.save_run(a_run(state="waiting"))
    assert await store.get_run("run-1") == a_run(state="waiting")
    assert await store.get_run("another") is None


async def test_runs_are_listed_newest_first_and_filtered(store: Store) -> None:
    runs = [
        a_run("a", created_at=later(1)),
        a_run("b", created_at=later(3), tenant="other"),
        a_run("c", created_at=later(2), state="failed"),
        a_run("d", created_at=later(2)),
    ]
    for run in runs:
        await store.save_run(run)
    assert [run.id for run in await store.list_runs()] == ["b", "d", "c", "a"]
    assert [run.id for run in await store.list_runs(tenant="acme")] == ["d", "c", "a"]
    assert [run.id for run in await store.list_runs(tenant="acme", state="running")] == ["d", "a"]
    assert [run.id for run in await store.list_runs(limit=2)] == ["b", "d"]
    assert await store.list_runs(limit=-1) == []


async def test_ending_a_run_keeps_its_record_and_its_event_together(store: Store) -> None:
    run = a_run()
    await store.save_run(run)
    entry = await store.end_run(run, a_record(run), an_event(kind="run.ended", state="succeeded"))
    ended = run.model_copy(update={"state": "succeeded", "record": a_record(run), "updated_at": later(9)})
    assert await store.get_run("run-1") == ended
    assert await store.entries() == [entry]
    assert entry.event == an_event(kind="run.ended", state="succeeded")


async def test_a_run_that_ends_twice_keeps_its_first_end(store: Store) -> None:
    run = a_run()
    first = await store.end_run(run, a_record(run), an_event(kind="run.ended"))
    again = await store.end_run(run, a_record(run, finished_at=later(60)), an_event(kind="run.ended"))
    assert again == first
    assert await store.entries() == [first]
    kept = await store.get_run("run-1")
    assert kept is not None
    assert kept.record == a_record(run)


async def test_a_run_cannot_end_in_two_ways(store: Store) -> None:
    run = a_run()
    first = await store.end_run(run, a_record(run), an_event(kind="run.ended"))
    with pytest.raises(BadRequest, match="already ended: succeeded"):
        await store.end_run(run, a_record(run, state="failed"), an_event(kind="run.ended"))
    assert await store.entries() == [first]


async def test_a_run_that_cannot_be_recorded_does_not_end(store: Store) -> None:
    run = a_run()
    await store.save_run(run)
    with pytest.raises(BadRequest):
        await store.end_run(run, a_record(run), an_event(kind="run.ended", cost=math.nan))
    with pytest.raises(BadRequest, match="do not belong together"):
        await store.end_run(run, a_record(run), an_event("another"))
    assert await store.get_run("run-1") == run
    assert await store.entries() == []


async def test_the_first_receipt_of_a_key_stands(store: Store) -> None:
    first, second = a_receipt(), a_receipt(output={"id": "i-2"})
    assert await store.get_receipt("key-1") is None
    assert await store.save_receipt(first) == first
    assert await store.save_receipt(second) == first
    assert await store.get_receipt("key-1") == first


async def test_a_receipt_for_other_arguments_is_refused(store: Store) -> None:
    await store.save_receipt(a_receipt())
    with pytest.raises(BadRequest, match="other arguments"):
        await store.save_receipt(a_receipt(arguments_digest="digest-2"))
    assert await store.get_receipt("key-1") == a_receipt()


async def test_receipts_are_listed_in_the_order_they_were_kept(store: Store) -> None:
    kept = [a_receipt("z"), a_receipt("a"), a_receipt("m")]
    for receipt in [*kept, a_receipt("elsewhere", run="run-2"), a_receipt("z")]:
        await store.save_receipt(receipt)
    assert await store.list_receipts("run-1") == kept


async def test_spend_counts_what_is_held_and_settled_in_the_month_and_not_what_was_released(store: Store) -> None:
    for reservation in (
        a_reservation("held", 1),
        a_reservation("settled", 10),
        a_reservation("released", 100),
        a_reservation("project", 1_000, project="other"),
        a_reservation("tenant", 10_000, tenant="other"),
        a_reservation("before", 100_000, at=datetime(2026, 10, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
        a_reservation("after", 1_000_000, at=datetime(2026, 12, 1, tzinfo=UTC)),
    ):
        account = (reservation.tenant, reservation.project, reservation.at)
        assert await store.reserve([reservation], await store.spend(*account)) is True
    await store.save_receipt(a_receipt("settled"))
    await store.release("released")
    assert await store.spend("acme", "default", NOW) == spent(1_011, 11)
    assert await store.spend("acme", "default", NOW, without=["held", "project", "unknown"]) == spent(10)
    assert await store.spend("acme", "default", datetime(2026, 12, 31, tzinfo=UTC)) == spent(1_000_000)


async def test_months_are_those_of_utc(store: Store) -> None:
    ahead = timezone(timedelta(hours=2))
    await store.reserve([a_reservation(at=datetime(2026, 12, 1, 1, 0, tzinfo=ahead))], NOTHING)
    assert await store.spend("acme", "default", NOW) == spent(100)
    assert await store.spend("acme", "default", datetime(2026, 12, 1, 1, 59, tzinfo=ahead)) == spent(100)
    assert await store.spend("acme", "default", datetime(2026, 12, 1, 2, 0, tzinfo=ahead)) == NOTHING
    with pytest.raises(BadRequest, match="no time zone"):
        await store.spend("acme", "default", datetime(2026, 12, 1))  # noqa: DTZ001


async def test_nothing_is_held_where_spend_is_not_what_was_expected(store: Store) -> None:
    assert await store.reserve([a_reservation("a")], NOTHING) is True
    assert await store.reserve([a_reservation("b"), a_reservation("c")], NOTHING) is False
    assert await store.reserve([a_reservation("b"), a_reservation("c")], spent(100, 99)) is False
    assert await store.list_reservations("run-1") == [a_reservation("a")]
    assert await store.reserve([a_reservation("b"), a_reservation("c")], spent(100)) is True
    assert await store.spend("acme", "default", NOW) == spent(300)


async def test_the_same_reservation_twice_counts_once(store: Store) -> None:
    both = [a_reservation("a"), a_reservation("b")]
    assert await store.reserve([*both, both[0]], NOTHING) is True
    assert await store.reserve(both, NOTHING) is True
    await store.save_receipt(a_receipt("a"))
    assert await store.reserve([a_reservation("a", 999)], spent(100)) is True
    settled = both[0].model_copy(update={"state": "settled"})
    assert await store.list_reservations("run-1") == [settled, both[1]]


async def test_a_released_key_is_held_again_as_it_is_asked_for_now(store: Store) -> None:
    await store.reserve([a_reservation()], NOTHING)
    await store.release("key-1")
    again = a_reservation(cents=70, at=later(60))
    assert await store.reserve([again], NOTHING) is True
    assert await store.list_reservations("run-1") == [again]
    await store.save_receipt(a_receipt())
    assert await store.spend("acme", "default", NOW) == spent(70)


async def test_nothing_to_hold_is_always_held(store: Store) -> None:
    assert await store.reserve([], spent(5)) is True


@pytest.mark.parametrize(
    "reservations",
    [
        [a_reservation("b", -1)],
        [a_reservation("b", 10**30)],
        [a_reservation("b", state="settled")],
        [a_reservation("b"), a_reservation("c", tenant="other")],
        [a_reservation("b"), a_reservation("c", project="other")],
        [a_reservation("b"), a_reservation("a", run="run-2")],
    ],
    ids=["negative", "immense", "not held", "two tenants", "two projects", "another run's key"],
)
async def test_a_reservation_that_makes_no_sense_is_refused_whole(store: Store, reservations: list) -> None:
    await store.reserve([a_reservation("a")], NOTHING)
    with pytest.raises(BadRequest):
        await store.reserve(reservations, spent(100) if len(reservations) == 1 else NOTHING)
    assert await store.list_reservations("run-1") == [a_reservation("a")]


async def test_reservations_that_fall_into_two_months_are_decided_again(store: Store) -> None:
    turn = datetime(2026, 12, 1, tzinfo=UTC)
    both = [a_reservation("a", at=turn - timedelta(microseconds=1)), a_reservation("b", at=turn)]
    assert await store.reserve(both, NOTHING) is False
    assert await store.list_reservations("run-1") == []


async def money(store: Store) -> list[tuple[str, int]]:
    """State and cents of the run's reservations."""
    return [(kept.state, kept.cents) for kept in await store.list_reservations("run-1")]


async def test_what_is_spent_is_not_freed_by_a_failure_that_comes_later(store: Store) -> None:
    await store.reserve([a_reservation()], NOTHING)
    await store.save_receipt(a_receipt())
    await store.release("key-1")
    assert await money(store) == [("settled", 100)]


async def test_an_effect_that_shows_up_after_its_money_was_freed_is_spent_all_the_same(store: Store) -> None:
    await store.reserve([a_reservation()], NOTHING)
    await store.release("key-1")
    await store.save_receipt(a_receipt())
    assert await money(store) == [("settled", 100)]


async def test_what_was_not_used_is_given_back_once_and_never_taken_again(store: Store) -> None:
    await store.reserve([a_reservation("a"), a_reservation("b"), a_reservation("c")], NOTHING)
    await store.save_receipt(a_receipt("a"))
    await store.give_back({"a": 30, "b": 0})
    assert await money(store) == [("settled", 30), ("released", 100), ("held", 100)]
    await store.give_back({"a": 40, "b": 50, "c": 999})
    await store.save_receipt(a_receipt("a"))
    assert await money(store) == [("settled", 30), ("released", 100), ("settled", 100)]


async def test_money_that_was_never_held_can_be_neither_freed_nor_given_back(store: Store) -> None:
    await store.reserve([a_reservation("a")], NOTHING)
    with pytest.raises(NotFound, match="key-1"):
        await store.release("key-1", [an_event()])
    with pytest.raises(NotFound, match="key-1"):
        await store.give_back({"a": 0, "key-1": 0}, [an_event()])
    assert (await money(store), await store.entries()) == ([("held", 100)], [])


UNWRITABLE = an_event(bad=float("nan"))
"""The ledger refuses it."""


@pytest.mark.parametrize("events", [[], [an_event()], [an_event(), UNWRITABLE]], ids=["none", "one", "one is refused"])
@pytest.mark.parametrize("act", ["reserve", "save_receipt", "release", "give_back"])
async def test_money_moves_with_its_events_or_not_at_all(store: Store, act: str, events: list[Event]) -> None:
    """Moved by one of the four; each with events that can be written, and with one that cannot."""
    if act != "reserve":
        await store.reserve([a_reservation()], NOTHING)
    first = await money(store)
    after = {"reserve": ("held", 100), "save_receipt": ("settled", 100), "release": ("released", 100)}
    move = {
        "reserve": lambda: store.reserve([a_reservation()], NOTHING, events),
        "save_receipt": lambda: store.save_receipt(a_receipt(), events),
        "release": lambda: store.release("key-1", events),
        "give_back": lambda: store.give_back({"key-1": 20}, events),
    }[act]
    if UNWRITABLE in events:
        with pytest.raises(BadRequest, match="cannot be written as JSON"):
            await move()
        assert (await money(store), await store.get_receipt("key-1"), await store.entries()) == (first, None, [])
    else:
        await move()
        assert await money(store) == [after.get(act, ("settled", 20))]
        assert [entry.event for entry in await store.entries()] == events


async def test_where_nothing_is_held_nothing_is_told(store: Store) -> None:
    assert await store.reserve([a_reservation()], spent(5), [an_event()]) is False
    assert await store.entries() == []


async def test_a_receipt_that_was_kept_before_is_told_of_once(store: Store) -> None:
    for _ in range(2):
        await store.save_receipt(a_receipt(), [an_event()])
    assert len(await store.entries()) == 1


async def test_reservations_are_listed_oldest_first(store: Store) -> None:
    kept = [a_reservation("z"), a_reservation("m", at=later(1)), a_reservation("a", at=later(2))]
    for reservation in [kept[2], kept[0], kept[1], a_reservation("elsewhere", run="run-2")]:
        await store.reserve([reservation], await store.spend("acme", "default", NOW))
    assert await store.list_reservations("run-1") == kept


async def test_the_ledger_numbers_entries_without_gaps_and_chains_them(store: Store) -> None:
    entries = [await store.append(an_event(run, number=number)) for number, run in enumerate(["a", "b", "a"])]
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]
    assert len({entry.hash for entry in entries}) == 3
    assert await store.entries() == entries
    assert await store.entries(run="a") == [entries[0], entries[2]]
    assert await store.entries(after=1, limit=1) == [entries[1]]
    assert await store.entries(limit=-1) == []


async def test_a_refused_event_leaves_no_gap(store: Store) -> None:
    await store.append(an_event())
    for body in ({"nan": math.nan}, {"half": "\ud800"}, {"object": object()}):
        with pytest.raises(BadRequest, match="cannot be written as JSON"):
            await store.append(an_event(**body))
    with pytest.raises(BadRequest, match="no time zone"):
        await store.append(an_event().model_copy(update={"at": datetime(2026, 11, 20)}))  # noqa: DTZ001
    assert (await store.append(an_event())).seq == 2


async def test_an_event_comes_back_as_json_carries_it_with_its_time_in_utc(store: Store) -> None:
    local = NOW.astimezone(timezone(timedelta(hours=-7)))
    event = an_event(at=NOW, pair=(1, 2), text="zoë\0😀", big=2**70, cents=-0.0).model_copy(update={"at": local})
    entry = await store.append(event)
    assert entry.event.body == {
        "at": "2026-11-20T12:00:00Z", "pair": [1, 2], "text": "zoë\0😀", "big": 2**70, "cents": -0.0,
    }  # fmt: skip
    assert entry.event.at == NOW
    assert entry.event.at.tzinfo is UTC
    assert await store.entries() == [entry]


async def test_everything_is_still_there_when_the_store_is_opened_again(tmp_path: Path) -> None:
    for name, tested in STORES.items():
        (tmp_path / name).mkdir()
        place = tested.place(tmp_path / name)
        async with tested.open(place) as store:
            await store.save_run(a_run())
            await store.save_receipt(a_receipt())
            await store.reserve([a_reservation()], NOTHING)
            entry = await store.append(an_event())
        async with tested.open(place) as store:
            assert await store.get_run("run-1") == a_run()
            assert await store.get_receipt("key-1") == a_receipt()
            assert await store.list_reservations("run-1") == [a_reservation()]
            assert await store.entries() == [entry]
            assert (await store.append(an_event())).previous == entry.hash
