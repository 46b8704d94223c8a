"""What is switched off: kept once, told to the ledger once, on every store."""

from pathlib import Path

import pytest

from tests.contract.stores import NOW, STORES, an_event, later
from workflow.model.emergency import Revocation
from workflow.model.switch import Switch

OFF = [
    Switch(kind="tool", name="launch_spot", reason="Incident 7.", who="ops", at=NOW),
    Switch(kind="cloud", name="gcp", reason="Invoice.", who="ops", at=later(1)),
]


@pytest.mark.parametrize("name", STORES)
async def test_a_switch_is_turned_off_once_and_on_once(name: str, tmp_path: Path) -> None:
    place = STORES[name].place(tmp_path)
    async with STORES[name].open(place) as store:
        assert [await store.switch_off(one, an_event(kind="off")) for one in OFF] == [True, True]
        again = OFF[0].model_copy(update={"reason": "Another.", "at": later(9)})
        assert await store.switch_off(again, an_event(kind="off")) is False
    async with STORES[name].open(place) as store:
        assert await store.list_switches() == OFF
        assert await store.switch_on("cloud", "launch_spot", an_event(kind="on")) is False
        assert await store.switch_on("tool", "launch_spot", an_event(kind="on")) is True
        assert await store.list_switches() == OFF[1:]
        assert [entry.event.kind for entry in await store.entries()] == ["off", "off", "on"]


@pytest.mark.parametrize("name", STORES)
async def test_what_was_revoked_and_what_is_off_is_one_look(name: str, tmp_path: Path) -> None:
    revoked = Revocation(kind="tenant", name="acme", reason="Left.", who="ops", at=later(2))
    async with STORES[name].open(STORES[name].place(tmp_path)) as store:
        assert await store.list_standing() == ([], [])
        for one in reversed(OFF):
            await store.switch_off(one, an_event(kind="off"))
        await store.revoke(revoked, an_event(kind="made"))
        assert await store.list_standing() == ([revoked], OFF)
