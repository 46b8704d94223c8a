"""Whatever is held, spent, released and given back, in whatever order, the sums are those of a plain dict."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.stores import NOW, STORES, a_receipt, a_reservation, spent
from workflow.model.errors import NotFound
from workflow.model.ports import Reservation, Spend, Store

keys = st.sampled_from("abcdef")
reserving = st.tuples(
    st.just("reserve"),
    st.dictionaries(keys, st.integers(0, 500), min_size=1, max_size=3),
    st.sampled_from([0, 0, 0, 1, -1]),
)
receiving = st.tuples(st.just("receive"), keys, st.none())
releasing = st.tuples(st.just("release"), keys, st.none())
giving_back = st.tuples(st.just("give_back"), keys, st.integers(0, 500))


def project(key: str) -> str:
    """Half of the keys belong to one project, half to another."""
    return "even" if key in "ace" else "odd"


class Ledger:
    """What the store should hold: for each key its reservation."""

    def __init__(self) -> None:
        self.kept: dict[str, Reservation] = {}
        self.received: set[str] = set()

    def spend(self, name: str, without: set[str]) -> Spend:
        """The sums, added up anew."""
        counted = [one for key, one in self.kept.items() if key not in without and one.state != "released"]
        return spent(sum(one.cents for one in counted), sum(one.cents for one in counted if one.project == name))

    async def reserve(self, store: Store, cents: dict[str, int], off_by: int) -> None:
        """Hold on both sides, with the right expectation or one that is a cent off."""
        name = project(next(iter(cents)))
        wanted = [a_reservation(key, most, project=name) for key, most in cents.items() if project(key) == name]
        mine = self.spend(name, {one.key for one in wanted})
        assert await store.spend("acme", name, NOW, without=[one.key for one in wanted]) == mine
        expected = spent(mine.tenant_month_cents + off_by, mine.project_month_cents)
        assert await store.reserve(wanted, expected) is (off_by == 0)
        for one in wanted if off_by == 0 else []:
            if one.key not in self.kept or self.kept[one.key].state == "released":
                self.kept[one.key] = one

    async def receive(self, store: Store, key: str, _: None) -> None:
        """Keep the key's receipt on both sides; only its first settles."""
        await store.save_receipt(a_receipt(key))
        if key not in self.received:
            self._change(key, state="settled")
        self.received.add(key)

    async def release(self, store: Store, key: str, _: None) -> None:
        """Free on both sides what is held."""
        if key not in self.kept:
            with pytest.raises(NotFound):
                await store.release(key)
            return
        await store.release(key)
        if self.kept[key].state == "held":
            self._change(key, state="released")

    async def give_back(self, store: Store, key: str, used: int) -> None:
        """Give back on both sides what was not used."""
        if key not in self.kept:
            with pytest.raises(NotFound):
                await store.give_back({key: used})
            return
        await store.give_back({key: used})
        left = min(used, self.kept[key].cents)
        if self.kept[key].state != "released":
            self._change(key, **({"state": "settled", "cents": left} if left else {"state": "released"}))

    def _change(self, key: str, **changes: object) -> None:
        if key in self.kept:
            self.kept[key] = self.kept[key].model_copy(update=changes)


async def act(store: Store, steps: list[tuple[str, Any, Any]]) -> None:
    """Do all the steps and compare after each."""
    plain = Ledger()
    for name, first, second in steps:
        await getattr(plain, name)(store, first, second)
        for each in ("even", "odd"):
            assert await store.spend("acme", each, NOW) == plain.spend(each, set())
        assert {one.key: one for one in await store.list_reservations("run-1")} == plain.kept


@pytest.mark.parametrize("kind", STORES)
@given(steps=st.lists(reserving | receiving | releasing | giving_back, max_size=15))
@settings(max_examples=40)
def test_the_sums_are_those_of_a_plain_dict(kind: str, steps: list[tuple[str, Any, Any]]) -> None:
    async def on_a_fresh_store(folder: str) -> None:
        async with STORES[kind].open(STORES[kind].place(Path(folder))) as store:
            await act(store, steps)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(on_a_fresh_store(folder))
