"""A call outside a run is told by itself whether it is sent again or meant again."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.registry import contract
from mcp_handlers.kernel import intake
from tests.fakes.world import ADA, BUCKET, NOW, RESOURCE
from workflow.control.occasion import AGAIN, Occasion, occasion
from workflow.model.base import Json, digest
from workflow.model.errors import BadRequest
from workflow.model.plan import effect_key
from workflow.model.principal import Principal
from workflow.model.resource import Receipt, Resource
from workflow.store.store import Store, open_store

BOB = Principal(id="bob@example.com", tenant="acme", roles=("developer",), channel="mcp")
ROUTE = {"region": "eu-west-1", "zone": "Z1", "record": "api.example.com", "tenant": "acme"}
THERE = {**ROUTE, "from_target": "a", "to_target": "b"}
BACK = {**ROUTE, "from_target": "b", "to_target": "a"}
SECRET = {"region": "eu-west-1", "secret": "db", "tenant": "acme"}
SOON, LATER = timedelta(seconds=30), timedelta(days=30)


class Plane:
    """Calls on AWS, and the receipts of what they did."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOW

    async def meant(self, tool: str, arguments: Json, who: Principal = ADA, **meta: Any) -> Occasion:
        taken = intake.parse(contract(tool), "aws", arguments, {})
        return await occasion(self.store, meta, who, "aws", taken, self.now)

    async def done(self, tool: str, arguments: Json, who: Principal = ADA, *, makes: bool = False) -> Occasion:
        """Performed now."""
        meant, sent = await self.meant(tool, arguments, who), intake.parse(contract(tool), "aws", arguments, {}).sent
        made = (Resource(cloud="aws", kind="endpoint", id="e", region="eu-west-1"),) if makes else ()
        await self.store.save_receipt(
            Receipt(
                key=effect_key(who.tenant, meant.run, meant.step, tool, "aws", sent), run=meant.run, step=meant.step,
                tool=tool, cloud="aws", arguments_digest=digest(sent), decision_digest="d", policy_revision="r",
                output={}, resources=made, started_at=self.now, finished_at=self.now,
            )
        )  # fmt: skip
        self.now += SOON
        return meant


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    async with open_store(tmp_path / "t.db") as store:
        yield Plane(store)


@pytest.mark.parametrize(("tool", "arguments"), [("failover_route", THERE), ("rotate_secret", SECRET)])
async def test_a_change_that_is_sent_again_at_once_is_the_same_effect(plane: Plane, tool: str, arguments: Json) -> None:
    first = await plane.meant(tool, arguments)
    assert await plane.meant(tool, arguments) == first
    assert await plane.done(tool, arguments) == first
    assert await plane.meant(tool, arguments) == first


async def test_a_secret_is_rotated_again_by_the_same_call_a_month_later(plane: Plane) -> None:
    first = await plane.done("rotate_secret", SECRET)
    plane.now = NOW + AGAIN["write"]
    second = await plane.meant("rotate_secret", SECRET)
    assert (second.run, second.step != first.step) == (first.run, True)
    plane.now += LATER
    assert await plane.done("rotate_secret", SECRET) == second


async def test_traffic_that_was_moved_back_is_moved_again(plane: Plane) -> None:
    there, back = await plane.done("failover_route", THERE), await plane.done("failover_route", BACK)
    again = await plane.done("failover_route", THERE)
    assert len({there, back, again}) == 3
    assert await plane.meant("failover_route", THERE) == again


async def test_what_somebody_else_changed_in_between_is_changed_again(plane: Plane) -> None:
    mine = await plane.done("failover_route", THERE)
    his = await plane.done("failover_route", THERE, BOB)
    assert len({mine, his, await plane.meant("failover_route", THERE)}) == 3


async def test_a_change_of_something_else_does_not_come_between(plane: Plane) -> None:
    first = await plane.done("rotate_secret", SECRET)
    other = await plane.done("rotate_secret", SECRET | {"secret": "cache"})
    assert first.run != other.run
    assert await plane.meant("rotate_secret", SECRET) == first


async def test_what_was_made_again_is_released_again(plane: Plane) -> None:
    gone = {"resource": RESOURCE, "tenant": "acme"}
    first = await plane.done("release_resource", gone)
    assert await plane.meant("release_resource", gone) == first
    plane.now = NOW + AGAIN["destructive"]
    assert await plane.meant("release_resource", gone) != first


async def test_what_makes_something_is_the_same_effect_whenever_it_comes(plane: Plane) -> None:
    bucket = await plane.done("create_storage_bucket", BUCKET, makes=True)
    plane.now += LATER
    assert (await plane.meant("create_storage_bucket", BUCKET), bucket.step) == (bucket, "call")


async def test_who_names_a_step_decides_alone(plane: Plane) -> None:
    first = await plane.meant("rotate_secret", SECRET, **{"tollgate/step": "november"})
    await plane.done("rotate_secret", SECRET)
    plane.now += LATER
    assert await plane.meant("rotate_secret", SECRET, **{"tollgate/step": "november"}) == first
    assert (first.step, first.alone) == ("november", True)


async def test_a_call_of_a_run_is_what_the_run_says(plane: Plane) -> None:
    assert await plane.meant("rotate_secret", SECRET, **{"tollgate/run": "r1"}) == Occasion("r1", "call")


async def test_a_call_that_says_since_when_it_is_asked_for_is_what_it_was_then(plane: Plane) -> None:
    first = await plane.done("failover_route", THERE)
    await plane.done("failover_route", BACK)
    plane.now += LATER
    assert await plane.meant("failover_route", THERE, **{"tollgate/since": milliseconds(NOW)}) == first


@pytest.mark.parametrize(
    "meta",
    [{"tollgate/run": "mcp-1"}, {"tollgate/step": 1}, {"tollgate/run": "r" * 65}]
    + [{"tollgate/since": wrong} for wrong in ("1", 0, True, 10**15, 1.5)],
)
async def test_a_name_or_a_time_that_is_none_is_refused(plane: Plane, meta: Json) -> None:
    with pytest.raises(BadRequest):
        await plane.meant("rotate_secret", SECRET, **meta)


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
