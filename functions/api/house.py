"""Operations on money, policies, the ledger, the tools and the clouds."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from functions.api.around import Around
from functions.api.call import Call
from functions.api.common import Caller, Health, LedgerPage
from functions.api.cursor import cursor, place_of
from functions.api.house_shapes import (
    Alert,
    Clouds,
    CloudView,
    Costs,
    Probed,
    RuleText,
    SavingsView,
    ToolContract,
    Tools,
)
from functions.api.house_shapes import Policies as PoliciesView
from functions.api.runs import ledger_entry
from functions.serve.terms import budgets, regions, roles_of_tools
from mcp_handlers.kernel.endpoint import VERSION
from mcp_handlers.prices.catalog import clouds as priced
from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.tools.contract import Tool
from policies.checks.tunables import Budgets
from policies.engine.rulebook import rule
from policies.engine.source import in_force
from workflow.control.showback import bounds, showback
from workflow.model.base import Json, Noun
from workflow.model.errors import CloudDown, NotFound
from workflow.model.listing import NEWEST
from workflow.model.outage import Degraded
from workflow.model.ports import Event
from workflow.reevaluate.scorecard import scorecard
from workflow.store.ledger import Verification

MOST_SAVINGS = 500


async def health(around: Around, call: Call) -> Health:
    """The store was asked, and who judges."""
    await around.store.list_degraded()
    status: Literal["ok", "degraded"] = "ok" if await around.judges() else "degraded"
    return Health(status=status, version=VERSION, revision=around.gate.revision)


async def caller(around: Around, call: Call) -> Caller:
    """Who is calling."""
    who = call.principal
    return Caller(id=who.id, tenant=who.tenant, roles=who.roles, channel=who.channel, may_decide=bool(who.roles))


async def costs(around: Around, call: Call) -> Costs:
    """A month of the tenant's."""
    now, asked, tenant = around.clock.now(), call.query, call.principal.tenant
    month = datetime.strptime(asked.month, "%Y-%m").replace(tzinfo=UTC) if asked.month else now
    since, until = bounds(month)
    accounts = await around.store.accounts(month, asked.by, tenant=tenant)
    alerts = await around.store.list_alerts(since, tenant=tenant)
    found = showback(accounts, alerts, _budgets(around.gate.revision), month, asked.by, now)
    elapsed = max(0, min(100, round(100 * ((now - since) / (until - since)))))
    told = tuple(map(_alert, found.alerts))
    return Costs(month=found.month, by=found.by, elapsed_percent=elapsed, lines=found.lines, alerts=told)


def _alert(event: Event) -> Alert:
    body = event.body
    return Alert(
        at=event.at, day=str(body["day"]), scope=body["scope"], name=body["name"], cents=body["cents"],
        most_cents=body["most_cents"], median_cents=body["median_cents"], run=body["run"],
    )  # fmt: skip


async def savings(around: Around, call: Call) -> SavingsView:
    """What re-evaluation found."""
    found = await around.store.list_savings(tenant=call.principal.tenant, limit=MOST_SAVINGS)
    return SavingsView(scores=scorecard(found), savings=tuple(found))


async def policies(around: Around, call: Call) -> PoliciesView:
    """Every reason to object, as it is written now."""
    revision = around.gate.revision
    rules = await asyncio.to_thread(_rules, revision)
    judging = await around.judges()
    return PoliciesView(revision=revision, engine=around.engine, judging=judging, shadow=around.shadow, rules=rules)


@lru_cache(maxsize=2)
def _rules(revision: str) -> tuple[RuleText, ...]:
    texts = in_force(os.environ).read()
    return tuple(
        RuleText(
            code=each.code, rule=each.where.split("/")[1] if each.where.startswith("rules/") else "gate",
            title=each.title, severity=each.severity, remedy=each.remedy, where=each.where,
            text=each.text,
        )
        for each in (rule(texts, code) for code in sorted(_codes(texts["data/violations/data.json"])))
    )  # fmt: skip


def _codes(text: str) -> list[str]:
    return list(json.loads(text))


async def ledger(around: Around, call: Call) -> LedgerPage:
    """A page of the tenant's entries, newest first."""
    place = place_of(call.query.cursor, int)
    found = await around.store.page_entries(
        call.principal.tenant, before=place[0] if place else NEWEST, limit=call.query.limit + 1
    )
    shown = found[: call.query.limit]
    more = cursor(shown[-1].seq) if len(found) > len(shown) else ""
    return LedgerPage(items=tuple(map(ledger_entry, shown)), next=more)


async def verify(around: Around, call: Call) -> Verification:
    """The whole chain, proved."""
    return await around.store.verify_ledger()


async def tools(around: Around, call: Call) -> Tools:
    """All contracts."""
    revision = around.gate.revision
    return Tools(items=tuple(_contract(each, revision) for _, each in sorted(around.tools.items())))


async def tool(around: Around, call: Call) -> ToolContract:
    """One contract."""
    (name,) = call.names
    if name not in around.tools:
        raise NotFound(f"There is no tool {name}.", f"The tools are {', '.join(sorted(around.tools))}.")
    return _contract(around.tools[name], around.gate.revision)


def _contract(tool: Tool, revision: str) -> ToolContract:
    takes, gives = _schemas(tool.input, tool.output)
    return ToolContract(
        name=tool.name, summary=tool.summary, risk=tool.risk, undoable=tool.undo is not None,
        annotations=tool.annotations, roles=_roles(revision).get(tool.name, ()), input=takes, output=gives,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _schemas(takes: type[Noun], gives: type[Noun]) -> tuple[Json, Json]:
    return takes.model_json_schema(), gives.model_json_schema(mode="serialization")


# What an operator sets is read again when other policies come into force, and not for every caller.
@lru_cache(maxsize=2)
def _roles(revision: str) -> dict[str, tuple[str, ...]]:
    return roles_of_tools()


@lru_cache(maxsize=2)
def _budgets(revision: str) -> Budgets:
    return budgets()


@lru_cache(maxsize=2)
def _regions(revision: str) -> dict[str, list[str]]:
    return regions()


async def clouds(around: Around, call: Call) -> Clouds:
    """The clouds, each asked now."""
    degraded = {outage.cloud: outage for outage in await around.store.list_degraded()}
    allowed = _regions(around.gate.revision)
    views = [_cloud(around, name, allowed.get(name, []), degraded.get(name)) for name in around.clouds]
    return Clouds(items=tuple(await asyncio.gather(*views)))


async def _cloud(around: Around, name: str, allowed: list[str], degraded: Degraded | None) -> CloudView:
    try:
        said: Probed | None = await around.probe(name)
    except CloudDown:
        said = None
    catalog = load_cloud(name) if name in priced() else None
    observed = max((stamp.rpartition(" ")[2] for stamp in catalog.stamps), default="") if catalog else ""
    return CloudView(
        name=name, status="degraded" if degraded else "up" if said else "down",
        milliseconds=round(said.milliseconds, 1) if said else None, circuits=said.circuits if said else None,
        regions=tuple(allowed), tools=tuple(sorted(around.tools)), degraded=degraded, prices_observed=observed,
        offers=len(catalog.rate) if catalog else 0,
    )  # fmt: skip
