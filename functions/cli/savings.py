"""`tollgate savings`: what re-evaluation found, and how much of it was taken or refused."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from functions.cli import output
from functions.cli.output import out
from functions.serve.settings import settings
from workflow.model.deployment import Saving
from workflow.model.errors import TollgateError
from workflow.model.money import usd
from workflow.reevaluate.scorecard import Sum, scorecard
from workflow.store.store import open_store


def savings(
    tenant: Annotated[str, typer.Option(help="This tenant only.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with every saving.")] = False,
) -> None:
    """The scorecard of each tenant: savings a month that were found, wait, were taken, refused, or went away."""
    try:
        found = asyncio.run(_found(tenant))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    scores = scorecard(found)
    if as_json:
        told = [each.model_dump(mode="json") for each in found]
        output.say_json({"scores": [score.model_dump(mode="json") for score in scores], "savings": told})
        return
    if not scores:
        out.print("Nothing was found yet: tollgate reevaluate --once looks.")
        return
    table = Table(box=None, header_style="dim")
    for title in ("tenant", "found", "waiting", "taken", "refused", "lapsed", "moves cost"):
        table.add_column(title, no_wrap=True, justify="left" if title == "tenant" else "right")
    for score in scores:
        sums = (score.found, score.waiting, score.taken, score.refused, score.lapsed)
        table.add_row(score.tenant, *map(_sum, sums), usd(score.migration_cents))
    out.print(table)
    out.print("[dim]  Each: how many, and US dollars a month; what moves cost is paid once.[/]")


async def _found(tenant: str) -> Sequence[Saving]:
    async with open_store(settings().database) as store:
        return await store.list_savings(tenant=tenant or None)


def _sum(each: Sum) -> str:
    return f"{each.count}: {usd(each.cents_month)}" if each.count else "–"
