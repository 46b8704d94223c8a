"""A run followed as it goes: every entry once, from wherever the reader left off, until it has ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from functions.api.call import Web
from functions.api.stream import Pace
from mcp_handlers.kernel.response import Response
from tests.unit.api.house import ANA, EVE, ApiHouse, api_house

Seen = list[tuple[str, str, Any]]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    """The API over an empty store, that looks often."""
    async with api_house(tmp_path, pace=Pace(poll=0.005, beat=0.05, longest=60)) as found:
        yield found


def events(text: str) -> Seen:
    """(event, id, data) of each event."""
    found = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        if "event" in lines:
            found.append((lines["event"], lines.get("id", ""), json.loads(lines["data"])))
    return found


async def followed(house: ApiHouse, name: str, last: str = "") -> Seen:
    """Everything from there to the end."""
    headers = {"last-event-id": last} if last else {}
    answer = await house.call("GET", f"/runs/{name}/stream", headers=headers)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    return events(answer.text)


async def test_a_run_that_ended_is_told_whole_and_then_the_stream_ends(house: ApiHouse) -> None:
    name = await house.ended()
    found = await followed(house, name)
    kept = await house.one.context.store.entries(run=name)
    assert [(kind, number) for kind, number, _ in found] == [
        *(("entry", str(entry.seq)) for entry in kept), ("end", "")
    ]  # fmt: skip
    assert [data["hash"] for kind, _, data in found if kind == "entry"] == [entry.hash for entry in kept]
    assert (found[-1][2]["id"], found[-1][2]["state"]) == (name, "succeeded")


async def test_a_reader_goes_on_after_the_last_entry_that_it_has(house: ApiHouse) -> None:
    name = await house.ended()
    whole = await followed(house, name)
    assert await followed(house, name, last=whole[2][1]) == whole[3:]


async def live(house: ApiHouse, name: str) -> AsyncIterator[str]:
    """The stream itself, as a web server is given it."""
    headers = {"authorization": f"Bearer {house.token(ANA)}"}
    found = await house.api.answer(Web("GET", f"/runs/{name}/stream", "", headers))
    assert not isinstance(found, Response)
    return found


async def test_a_run_on_its_way_is_told_as_it_goes_with_signs_of_life(house: ApiHouse) -> None:
    name = await house.started()
    stream = await live(house, name)
    begun = [await anext(stream) for _ in range(4)]
    assert begun[0].startswith("retry: ")
    assert [kind for kind, _, _ in events("".join(begun))] == ["entry", "run"]
    assert begun[3] == ": alive\n\n"
    ticking = asyncio.create_task(house.one.tick())
    rest = [event async for event in stream]
    await ticking
    whole = [each for each in events("".join([*begun, *rest])) if each[0] != "run"]
    assert whole == await followed(house, name)


async def test_it_ends_after_its_time_and_its_reader_comes_again(tmp_path: Path) -> None:
    async with api_house(tmp_path, pace=Pace(poll=0.005, longest=0.02)) as house:
        name = await house.started()
        told = [event async for event in await live(house, name)]
        assert [kind for kind, _, _ in events("".join(told))] == ["entry", "run"]


async def test_another_tenant_sees_nothing_and_a_bad_place_is_refused(house: ApiHouse) -> None:
    name = await house.started()
    assert (await house.call("GET", f"/runs/{name}/stream", EVE)).status_code == 404
    for last in ("x", "-1", "9" * 40):
        answer = await house.call("GET", f"/runs/{name}/stream", headers={"last-event-id": last})
        assert answer.status_code == 422


async def test_nobody_holds_more_streams_than_their_share(house: ApiHouse) -> None:
    name = await house.started()
    held = [await live(house, name) for _ in range(20)]
    for stream in held:
        await anext(stream)
    refused = await house.call("GET", f"/runs/{name}/stream")
    assert (refused.status_code, refused.json()["code"], "retry-after" in refused.headers) == (503, "OVERLOADED", True)
    await held.pop().aclose()  # type: ignore[attr-defined]
    assert not isinstance(await live(house, name), Response)
