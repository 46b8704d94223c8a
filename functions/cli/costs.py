"""`tollgate costs`: what a month costs by tenant, project or run, against its limits, and its unusual days."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from functions.cli import output
from functions.cli.output import out
from functions.cli.principal import local_principal
from functions.serve.settings import settings
from functions.serve.terms import budgets
from mcp_handlers.kernel.clock import SystemClock
from workflow.control.showback import Line, Showback, bounds, showback
from workflow.model.errors import TollgateError
from workflow.model.money import usd
from workflow.model.spending import By
from workflow.store.store import open_store

AMOUNTS = ("held", "settled", "limit", "left", "month's end")
SEES_ALL = "admin"
"""The role that sees every tenant's costs."""


def costs(
    by: Annotated[By, typer.Option(help="One line for each of these.")] = "project",
    month: Annotated[datetime | None, typer.Option(formats=["%Y-%m"], help="UTC; this month if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What the month costs: held for what is under way, settled for what is done, what is left, and alerts.

    Everybody sees their own tenant; the role admin sees all.
    """
    try:
        found = asyncio.run(_read(by, month))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json(found.model_dump(mode="json"))
    else:
        _show(found)


async def _read(by: By, month: datetime | None) -> Showback:
    told, who, now = settings(), local_principal(), SystemClock().now()
    tenant = None if SEES_ALL in who.roles else who.tenant
    wanted = month.replace(tzinfo=UTC) if month else now
    told.home.mkdir(parents=True, exist_ok=True)
    async with open_store(told.database) as store:
        accounts = await store.accounts(wanted, by, tenant=tenant)
        alerts = await store.list_alerts(bounds(wanted)[0], tenant=tenant)
    return showback(accounts, alerts, budgets(), wanted, by, now)


def _show(found: Showback) -> None:
    if not found.lines:
        out.print(f"Nothing was spent in {found.month}.")
    else:
        out.print(_table(found))
    for alert in found.alerts:
        body = alert.body
        spent, most = usd(body["cents"]), usd(body["most_cents"])
        said = (
            f"{body['scope']} {body['name']} spent {spent}; usual is up to {most} (median {usd(body['median_cents'])})"
        )
        out.print(f"[yellow]▲[/] {body['day']} {said}, with run {body['run']}.", soft_wrap=True)


def _table(found: Showback) -> Table:
    table = Table(box=None, header_style="dim", title=f"{found.month} (UTC), US dollars", title_justify="left")
    names = {"tenant": ("tenant",), "project": ("tenant", "project"), "run": ("tenant", "project", "run")}[found.by]
    for name in names:
        table.add_column(name, no_wrap=True)
    for name in AMOUNTS:
        table.add_column(name, no_wrap=True, justify="right")
    for line in found.lines:
        table.add_row(*(getattr(line.account, name) for name in names), *_amounts(line))
    return table


def _amounts(line: Line) -> list[str]:
    cents = [line.account.held_cents, line.account.settled_cents, line.limit_cents, line.left_cents]
    shown = [usd(each) for each in [*cents, line.projected_cents]]
    if line.left_cents < 0:
        shown[3] = f"[red]{shown[3]}[/]"
    if line.projected_cents > line.limit_cents:
        shown[4] = f"[yellow]{shown[4]}[/]"
    return shown
