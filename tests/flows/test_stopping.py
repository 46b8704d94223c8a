"""Runs in a house where an operator stops things."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from functions.cli.principal import local_principal
from functions.serve.wellknown import PATH, emergency
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.identity import authenticate
from mcp_handlers.kernel.jws import Keys
from tests.flows.holdings import NOTHING
from tests.flows.house import House
from workflow.control.emergency import Emergency
from workflow.control.signing import local_signer
from workflow.control.switches import switch_off, switch_on
from workflow.model.principal import Principal
from workflow.store.store import open_store

TRAIN = "Train on 8 H100 GPUs for 2 hours, EU only"


@asynccontextmanager
async def operator(house: House) -> AsyncIterator[Emergency]:
    """The operator's hand, from a process beside the control plane. What it stopped goes on afterwards."""
    async with open_store(house.told.database) as store:
        hand = emergency(house.told, store, "ops@example.com")
        try:
            yield hand
        finally:
            for stop in await store.list_freezes():
                await hand.unfreeze(stop.scope, stop.name)
            for each in await store.list_revocations():
                await hand.restore(each.kind, each.name)
            for switch in await store.list_switches():
                await switch_on(hand, switch.kind, switch.name)


async def test_under_a_freeze_a_run_is_denied_and_nothing_is_made(house: House) -> None:
    async with operator(house) as hand:
        await hand.freeze("tenant", "acme", "Audit.")
        record = await house.record("We need a bucket for backups in Ireland")
    assert (record.state, record.code) == ("denied", "FROZEN")
    assert "Audit." in record.reason
    assert await house.holdings() == NOTHING


async def test_while_one_cloud_is_frozen_work_goes_to_another(house: House) -> None:
    chosen = (await house.record(TRAIN)).offer
    assert chosen is not None
    async with operator(house) as hand:
        await hand.freeze("cloud", chosen.cloud, "Outage.")
        other = (await house.record(TRAIN)).offer
    assert other is not None
    assert other.cloud != chosen.cloud


async def test_a_cloud_that_is_off_is_left_out_and_the_record_says_why(house: House) -> None:
    chosen = (await house.record(TRAIN)).offer
    assert chosen is not None
    async with operator(house) as hand:
        await switch_off(hand, "cloud", chosen.cloud, "Invoice.")
        record = await house.record(TRAIN)
    assert record.offer is not None
    assert record.offer.cloud != chosen.cloud
    reason = f"CLOUD_OFF: The cloud {chosen.cloud} is switched off."
    assert [e.reason for e in record.exclusions if e.cloud == chosen.cloud] == [reason]


async def test_work_whose_tool_is_off_is_denied_and_nothing_is_made(house: House) -> None:
    async with operator(house) as hand:
        await switch_off(hand, "tool", "create_storage_bucket", "Incident 7.")
        record = await house.record("We need a bucket for backups in Ireland")
        assert (record.state, record.code) == ("denied", "TOOL_OFF")
        assert await house.holdings() == NOTHING
    assert (await house.record("We need a bucket for backups in Ireland")).state == "succeeded"


async def test_a_revoked_principal_is_refused_by_the_control_plane_at_once(house: House) -> None:
    eve = Principal(id="eve@dev", tenant="acme", roles=("developer",))
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get_health", "arguments": {}}}
    headers = {
        "authorization": f"Bearer {local_signer(house.told.keys, SystemClock()).token(eve, 'control')}",
        "accept": "application/json",
    }
    async with operator(house) as hand, httpx.AsyncClient() as client:
        url = f"{house.told.control_url}/mcp"
        assert (await client.post(url, json=body, headers=headers)).status_code == 200
        await hand.revoke("principal", eve.id, "Left.")
        refused = await client.post(url, json=body, headers=headers)
        assert (refused.status_code, "was revoked" in refused.text) == (401, True)


async def test_during_a_rotation_runs_go_on_and_the_served_document_has_both_keys(house: House) -> None:
    before = local_signer(house.told.keys, SystemClock()).token(local_principal(), "control")
    async with operator(house) as hand, httpx.AsyncClient() as client:
        ring = await hand.rotate()
        document = (await client.get(house.told.control_url + PATH)).json()
    assert [key["kid"] for key in document["keys"]] == [key.kid for key in ring.keys]
    headers, now = {"authorization": f"Bearer {before}"}, SystemClock().now()
    assert authenticate(headers, Keys(document, local=True), plane="control", now=now) == local_principal()
    record = await house.record("We need a bucket for backups in Ireland")
    assert record.state == "succeeded", record.reason
