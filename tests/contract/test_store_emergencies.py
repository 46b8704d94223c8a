"""Freezes and revocations: kept once, told to the ledger once, on every store."""

from pathlib import Path

import pytest

from tests.contract.stores import NOW, STORES, an_event, later
from workflow.model.emergency import Revocation, Stop

STOPS = [
    Stop(scope="tenant", name="acme", reason="Audit.", who="ops", at=NOW),
    Stop(scope="global", reason="Incident 7.", who="ops", at=later(1)),
]
REVOKED = [
    Revocation(kind="tenant", name="acme", reason="Left.", who="ops", at=NOW),
    Revocation(kind="key", name="acme", reason="Leaked.", who="ops", at=later(1)),
]


@pytest.mark.parametrize("name", STORES)
async def test_a_freeze_is_set_once_and_lifted_once(name: str, tmp_path: Path) -> None:
    place = STORES[name].place(tmp_path)
    async with STORES[name].open(place) as store:
        assert [await store.freeze(stop, an_event(kind="set")) for stop in STOPS] == [True, True]
        again = STOPS[0].model_copy(update={"reason": "Another.", "at": later(9)})
        assert await store.freeze(again, an_event(kind="set")) is False
    async with STORES[name].open(place) as store:
        assert await store.list_freezes() == STOPS
        assert await store.unfreeze("tenant", "other", an_event(kind="lifted")) is False
        assert await store.unfreeze("tenant", "acme", an_event(kind="lifted")) is True
        assert await store.list_freezes() == STOPS[1:]
        assert [entry.event.kind for entry in await store.entries()] == ["set", "set", "lifted"]


@pytest.mark.parametrize("name", STORES)
async def test_a_revocation_is_made_once_and_taken_back_once(name: str, tmp_path: Path) -> None:
    place = STORES[name].place(tmp_path)
    async with STORES[name].open(place) as store:
        assert [await store.revoke(one, an_event(kind="made")) for one in REVOKED] == [True, True]
        assert await store.revoke(REVOKED[0].model_copy(update={"reason": "Again."}), an_event(kind="made")) is False
    async with STORES[name].open(place) as store:
        assert await store.list_revocations() == REVOKED
        assert await store.restore("principal", "acme", an_event(kind="undone")) is False
        assert await store.restore("tenant", "acme", an_event(kind="undone")) is True
        assert await store.list_revocations() == REVOKED[1:]
        assert [entry.event.kind for entry in await store.entries()] == ["made", "made", "undone"]
