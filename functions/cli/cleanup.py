"""`tollgate cleanup`: what Tollgate made and nobody uses, found on every cloud and released."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from functions.cleanup.tick import clean, places_of
from functions.cli import output
from functions.cli.output import out
from functions.cli.principal import local_principal
from functions.cli.run import ready
from functions.serve.settings import settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.clean.release import Outcome
from workflow.clean.search import Found, Idle
from workflow.model.errors import TollgateError
from workflow.model.money import usd_per_hour

COLOURS = {"released": "green", "waits": "yellow", "denied": "red", "failed": "red"}


def cleanup(
    apply: Annotated[
        bool, typer.Option("--apply", help="Release what is found. Without it nothing is changed.")
    ] = False,
    cloud: Annotated[str, typer.Option(help="Look on this cloud only.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find what is past its time or orphaned, and release it with --apply. Exit code 4: some of it waits for a yes."""
    told = settings()
    try:
        places = places_of(told.clouds, cloud)
        ready(told, quiet=as_json)
        found, outcomes = asyncio.run(clean(told, local_principal(), places, apply=apply))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        said = {"found": found.model_dump(mode="json"), "outcomes": [one.model_dump(mode="json") for one in outcomes]}
        output.say_json(said)
    else:
        _say(found, outcomes, SystemClock().now(), apply=apply)
    raise typer.Exit(_code(found, outcomes))


def _say(found: Found, outcomes: Sequence[Outcome], now: datetime, *, apply: bool) -> None:
    if found.idle:
        out.print(_table(found.idle, outcomes, now))
    for one in outcomes:
        if one.detail:
            out.print(
                f"[{COLOURS[one.state]}]{one.state}[/] {one.idle.owned.resource.id}: {one.detail}", soft_wrap=True
            )
    for place in found.unseen:
        out.print(f"[red]not looked into[/] {place.cloud}/{place.region}: {place.reason}", soft_wrap=True)
    out.print(f"{len(found.idle)} of {found.seen} resources are idle.")
    if any(one.state == "waits" for one in outcomes):
        out.print("Somebody must say yes first: tollgate approvals list, and then this command again.")
    elif found.idle and not apply:
        out.print("Nothing was changed. Release them with [bold]tollgate cleanup --apply[/].")


def _table(idle: Sequence[Idle], outcomes: Sequence[Outcome], now: datetime) -> Table:
    table = Table(box=None, header_style="dim")
    for name in ("what", "id", "where", "age", "cost/h", "why", *(["outcome"] if outcomes else [])):
        table.add_column(name, no_wrap=name != "why", justify="right" if name in ("age", "cost/h") else "left")
    states = [[f"[{COLOURS[one.state]}]{one.state}[/]"] for one in outcomes] or [[] for _ in idle]
    for one, state in zip(idle, states, strict=True):
        resource, cost = one.owned.resource, one.micros_hour
        price = "–" if cost is None else usd_per_hour(cost)
        where, age = f"{resource.cloud}/{resource.region}", _age(one.owned.created_at, now)
        table.add_row(resource.kind, resource.id, where, age, price, one.reason, *state)
    return table


def _age(created: datetime | None, now: datetime) -> str:
    """In days, or in hours below two of them."""
    if created is None:
        return "–"
    hours = (now - created).total_seconds() / 3600
    return f"{hours / 24:.0f} d" if hours >= 48 else f"{hours:.1f} h"


def _code(found: Found, outcomes: Sequence[Outcome]) -> int:
    states = {one.state for one in outcomes}
    if found.unseen or "failed" in states:
        return output.FAILED
    if "denied" in states:
        return output.DENIED
    return output.WAITING if "waits" in states else output.OK
