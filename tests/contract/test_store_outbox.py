"""Who is to be told, and what came in before: kept once, taken by one, on every store."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.contract.stores import NOW, STORES, a_run, an_event, later
from workflow.model.answering import Conversation, Letter
from workflow.model.errors import LeaseLost
from workflow.model.submission import Claim


def talk(name: str = "slack:1", **changes: Any) -> Conversation:
    """Somebody who is told of run-1."""
    fields = {"tenant": "acme", "owner": "ana", "run": "run-1", "door": "slack", "address": {"channel": "C1"}}
    return Conversation(name=name, **{"next_at": NOW, "at": NOW, **fields, **changes})


@pytest.mark.parametrize("name", STORES)
async def test_a_conversation_is_due_when_the_ledger_has_something_new_to_tell(name: str, tmp_path: Path) -> None:
    async with STORES[name].open(STORES[name].place(tmp_path)) as store:
        opened = [await store.open_conversation(each) for each in (talk(), talk(run="other"))]
        assert opened == [True, False]
        assert await store.claim_conversations(NOW, later(60), 9) == []
        entry = await store.append(an_event())
        (taken,) = await store.claim_conversations(NOW, later(60), 9)
        assert taken == talk(token=1, next_at=later(60))
        assert await store.claim_conversations(later(59), later(99), 9) == []
        await store.put_down(taken.model_copy(update={"told": entry.seq, "next_at": NOW}))
        assert await store.claim_conversations(later(99), later(199), 9) == []
        await store.append(an_event())
        (again,) = await store.claim_conversations(later(99), later(199), 9)
        await store.put_down(again.model_copy(update={"state": "told"}))
        await store.append(an_event())
        assert await store.claim_conversations(later(999), later(1999), 9) == []


@pytest.mark.parametrize("name", STORES)
async def test_a_conversation_finds_the_run_that_its_demand_became(name: str, tmp_path: Path) -> None:
    async with STORES[name].open(STORES[name].place(tmp_path)) as store:
        await store.open_conversation(talk(run=""))
        await store.open_conversation(talk("slack:2", run=""))
        claim = Claim(tenant="acme", owner="ana", key="slack:1", digest="d", run="run-1")
        assert await store.submit_run(a_run(), an_event(kind="requested"), NOW, claim) is None
        (taken,) = await store.claim_conversations(NOW, later(60), 9)
        assert (taken.name, taken.run) == ("slack:1", "run-1")
        await store.drop_conversation("slack:2")
        assert [each.name for each in await store.list_conversations("open")] == ["slack:1"]


@pytest.mark.parametrize("name", STORES)
async def test_a_note_is_due_by_itself_and_a_dead_letter_is_listed_and_revived(name: str, tmp_path: Path) -> None:
    async with STORES[name].open(STORES[name].place(tmp_path)) as store:
        await store.open_conversation(talk(run="", note={"text": "No."}))
        (taken,) = await store.claim_conversations(NOW, later(60), 9)
        dead = taken.model_copy(update={"state": "dead", "error": "REJECTED: gone", "tries": 12})
        await store.put_down(dead)
        assert await store.claim_conversations(later(999), later(1999), 9) == []
        assert await store.list_conversations("dead") == [dead]
        assert [await store.revive_conversation(each, later(5)) for each in ("slack:1", "slack:1", "x")] == [
            True, False, False
        ]  # fmt: skip
        (revived,) = await store.claim_conversations(later(5), later(60), 9)
        assert (revived.tries, revived.note) == (0, {"text": "No."})


@pytest.mark.parametrize("name", STORES)
async def test_who_comes_too_late_writes_nothing(name: str, tmp_path: Path) -> None:
    async with STORES[name].open(STORES[name].place(tmp_path)) as store:
        await store.open_conversation(talk())
        await store.append(an_event())
        (slow,) = await store.claim_conversations(NOW, later(60), 9)
        await store.keep_letter(slow, Letter(part="run"))
        (quick,) = await store.claim_conversations(later(61), later(99), 9)
        for late in (store.keep_letter(slow, Letter(part="run", ref="C1/9")), store.put_down(slow)):
            with pytest.raises(LeaseLost):
                await late
        await store.keep_letter(quick, Letter(part="run", ref="C1/1", digest="d1"))
        assert await store.list_letters("slack:1") == [Letter(part="run", ref="C1/1", digest="d1")]


@pytest.mark.parametrize("name", STORES)
async def test_of_many_who_take_at_once_each_conversation_has_one(name: str, tmp_path: Path) -> None:
    place = STORES[name].place(tmp_path)
    async with STORES[name].open(place) as store, STORES[name].open(place) as other:
        await store.append(an_event())
        for number in range(12):
            await store.open_conversation(talk(f"slack:{number}"))
        hands = [each.claim_conversations(NOW, later(60 + n), 3) for n, each in enumerate([store, other] * 4)]
        taken = [each.name for found in await asyncio.gather(*hands) for each in found]
        assert len(taken) == len(set(taken))
        left = [each.name for _ in range(4) for each in await store.claim_conversations(NOW, later(99), 3)]
        assert sorted([*taken, *left]) == sorted(f"slack:{number}" for number in range(12))


@pytest.mark.parametrize("name", STORES)
async def test_a_delivery_is_new_once_for_each_door_until_it_would_not_be_believed(name: str, tmp_path: Path) -> None:
    async with STORES[name].open(STORES[name].place(tmp_path)) as store:
        came = [("slack", "n1"), ("slack", "n1"), ("github", "n1"), ("slack", "n2")]
        assert [await store.note_delivery(door, nonce, NOW, later(600)) for door, nonce in came] == [
            True, False, True, True
        ]  # fmt: skip
        assert await store.note_delivery("slack", "n3", later(601), later(1200)) is True
        assert await store.note_delivery("slack", "n1", later(601), later(1200)) is True
