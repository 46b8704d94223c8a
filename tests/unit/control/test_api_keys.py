"""Services call with keys that the store knows by digest only."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.clock import FixedClock
from workflow.control.identity.api_key import ApiKeyIdentity, fresh
from workflow.model.errors import BadRequest, NotFound, Unauthorized
from workflow.model.ports import Event
from workflow.model.principal import Principal
from workflow.store.store import Store, open_store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROBOT = Principal(id="nightly", tenant="acme", roles=("developer",), channel="api")


def said(kind: str) -> Event:
    return Event(run="", tenant="acme", kind=kind, body={}, at=NOW)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "tollgate.db") as opened:
        yield opened


async def entered(store: Store, text: str, now: datetime = NOW) -> Principal:
    return await ApiKeyIdentity(store, FixedClock(now)).authenticate({"authorization": f"Bearer {text}"}, writes=True)


async def test_a_key_stands_for_its_service_until_it_ends(store: Store) -> None:
    key, text = fresh(ROBOT, NOW, timedelta(days=1))
    await store.add_api_key(key, said("apikey.made"))
    assert await entered(store, text) == ROBOT
    with pytest.raises(Unauthorized, match="expired"):
        await entered(store, text, NOW + timedelta(days=1))


async def test_a_revoked_key_is_no_key_and_the_ledger_says_who_ended_it(store: Store) -> None:
    key, text = fresh(ROBOT, NOW, timedelta(days=1))
    await store.add_api_key(key, said("apikey.made"))
    assert await store.revoke_api_key(key.id, NOW, said("apikey.revoked")) is True
    assert await store.revoke_api_key(key.id, NOW, said("apikey.revoked")) is False
    with pytest.raises(Unauthorized, match="revoked"):
        await entered(store, text)
    assert [entry.event.kind for entry in await store.entries()] == ["apikey.made", "apikey.revoked"]


async def test_any_other_text_is_no_key(store: Store) -> None:
    key, text = fresh(ROBOT, NOW, timedelta(days=1))
    await store.add_api_key(key, said("apikey.made"))
    other = "a" if text[-1] != "a" else "b"
    for wrong in (text[:-1] + other, text + "x", text[:-1], f"tgk_{key.id}_", f"tgk_{'0' * 12}_secret", "tgk_", "tgk"):
        with pytest.raises(Unauthorized):
            await entered(store, wrong)


def held_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_the_store_does_not_hold_what_a_service_presents(store: Store, tmp_path: Path) -> None:
    key, text = fresh(ROBOT, NOW, timedelta(days=1))
    await store.add_api_key(key, said("apikey.made"))
    assert text.split("_", 2)[2].encode() not in held_in(tmp_path)
    assert key.id.encode() in held_in(tmp_path)
    assert "digest" not in repr(key)


async def test_keys_are_listed_by_tenant(store: Store) -> None:
    key, _ = fresh(ROBOT, NOW, timedelta(days=1))
    await store.add_api_key(key, said("apikey.made"))
    assert (await store.list_api_keys("acme"), await store.list_api_keys("umbrella")) == ([key], [])


async def test_a_key_that_is_not_there_cannot_be_revoked(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.revoke_api_key("0" * 12, NOW, said("apikey.revoked"))


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(days=-1), timedelta(days=366)])
def test_a_key_for_no_time_or_for_ever_is_not_made(lifetime: timedelta) -> None:
    with pytest.raises(BadRequest):
        fresh(ROBOT, NOW, lifetime)
