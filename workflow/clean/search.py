"""Looking through every cloud and region for what nobody uses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from mcp_handlers.tools import get_cost_estimate, list_resources
from mcp_handlers.tools.list_resources import Owned
from workflow.clean.judge import idle
from workflow.model.base import Noun
from workflow.model.decision import Decision
from workflow.model.errors import TollgateError
from workflow.model.ports import Store, ToolClient, ToolResult
from workflow.model.run import Run

AT_ONCE = 8
"""Regions that are looked into at the same time."""
Place = tuple[str, str]
"""A cloud and one of its regions."""


class Idle(Noun):
    """What nobody uses, and why. `run` is the ended run that it is released for, empty where there is none.

    `micros_hour` is what it costs an hour, in microdollars; None where that is not known (a bucket's fill is not).
    """

    owned: Owned
    reason: str
    run: str = ""
    micros_hour: int | None = None


class Unseen(Noun):
    """A place that could not be looked into, and why."""

    cloud: str
    region: str
    reason: str


class Found(Noun):
    """What a search came to. `seen` counts the resources of the tenant that there are."""

    idle: tuple[Idle, ...]
    unseen: tuple[Unseen, ...]
    seen: int


async def search(store: Store, tools: ToolClient, tenant: str, places: Sequence[Place], now: datetime) -> Found:
    """Everything that is idle in these places, in their order. A place that does not answer is named, not fatal."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def look(place: Place) -> Sequence[Owned] | Unseen:
        async with turn:
            return await _listed(tools, tenant, *place)

    answers = await asyncio.gather(*map(look, places))
    there = [owned for answer in answers if not isinstance(answer, Unseen) for owned in answer]
    judged = [await _judged(store, tenant, owned, now) for owned in there]
    priced = await asyncio.gather(*(_priced(tools, one) for one in judged if one is not None))
    unseen = tuple(answer for answer in answers if isinstance(answer, Unseen))
    return Found(idle=tuple(priced), unseen=unseen, seen=len(there))


async def _listed(tools: ToolClient, tenant: str, cloud: str, region: str) -> Sequence[Owned] | Unseen:
    wanted = list_resources.Input(region=region, tenant=tenant)
    try:
        answer = await tools.call("list_resources", cloud, wanted.model_dump(mode="json"))
    except TollgateError as error:
        return Unseen(cloud=cloud, region=region, reason=f"{error.code}: {error.message}")
    if isinstance(answer, Decision):
        return Unseen(cloud=cloud, region=region, reason=answer.violations[0].message)
    return list_resources.Output.model_validate(answer.output).resources


async def _judged(store: Store, tenant: str, owned: Owned, now: datetime) -> Idle | None:
    receipt = await store.get_receipt(owned.key)
    named = receipt.run if receipt else owned.run
    run = await store.get_run(named) if named else None
    known: Run | None = run if run is not None and run.tenant == tenant else None
    reason = idle(owned, receipt, known, now)
    if not reason:
        return None
    return Idle(owned=owned, reason=reason, run=known.id if known is not None and known.record is not None else "")


async def _priced(tools: ToolClient, one: Idle) -> Idle:
    wanted = _question(one.owned)
    if wanted is None:
        return one
    try:
        answer = await tools.call("get_cost_estimate", one.owned.resource.cloud, wanted.model_dump(mode="json"))
    except TollgateError:
        return one
    if not isinstance(answer, ToolResult):
        return one
    offers = get_cost_estimate.Output.model_validate(answer.output).offers
    return one.model_copy(update={"micros_hour": offers[0].cost.total}) if offers else one


def _question(owned: Owned) -> get_cost_estimate.Input | None:
    """What an hour of it costs, as a question to its cloud."""
    regions = (owned.resource.region,)
    if owned.machine:
        return get_cost_estimate.Input(
            machine=owned.machine,
            regions=regions,
            purchase=owned.purchase,
            nodes=owned.count,
            managed=owned.managed,
            limit=1,
        )
    if owned.size_gib:
        return get_cost_estimate.Input(sells="disk", regions=regions, storage_gib=owned.size_gib, limit=1)
    return None
