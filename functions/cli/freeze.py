"""`tollgate freeze`: stop every write at once, everywhere, for a tenant or on a cloud. Reading goes on."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from functions.cli import output
from functions.cli.operator import AsJson, operated
from functions.cli.output import out
from functions.registry import cloud_names
from workflow.model.emergency import Scope
from workflow.model.errors import BadRequest

app = typer.Typer(help="Stop every write: everywhere, for a tenant or on a cloud.", no_args_is_help=True)
Tenant = Annotated[str, typer.Option(help="This tenant's writes only.")]
Cloud = Annotated[str, typer.Option(help="Writes on this cloud only.")]


@app.command()
def on(
    reason: Annotated[str, typer.Option(help="Why; whoever is stopped reads it.")],
    tenant: Tenant = "",
    cloud: Cloud = "",
    as_json: AsJson = False,
) -> None:
    """Stop writes. What is under way ends; the next write is denied."""
    scope, name = _scope(tenant, cloud, as_json)
    new = operated(lambda hand: hand.freeze(scope, name, reason), as_json)
    if as_json:
        output.say_json({"scope": scope, "name": name, "frozen": True, "new": new})
    else:
        out.print(f"[cyan]●[/] Writes are stopped {_where(scope, name)}{'' if new else ', and were before'}.")


@app.command()
def off(tenant: Tenant = "", cloud: Cloud = "", as_json: AsJson = False) -> None:
    """Let writes go on. Exit code 2 where they were not stopped."""
    scope, name = _scope(tenant, cloud, as_json)
    operated(lambda hand: hand.unfreeze(scope, name), as_json)
    if as_json:
        output.say_json({"scope": scope, "name": name, "frozen": False})
    else:
        out.print(f"[green]●[/] Writes go on {_where(scope, name)}, unless something else stops them.")


@app.command("list")
def list_freezes(as_json: AsJson = False) -> None:
    """What is stopped, since when, by whom and why."""
    stops = operated(lambda hand: hand.store.list_freezes(), as_json)
    if as_json:
        output.say_json([stop.model_dump(mode="json") for stop in stops])
    elif not stops:
        out.print("Nothing is frozen.")
    else:
        table = Table(box=None, header_style="dim")
        for title in ("where", "since (UTC)", "by", "reason"):
            table.add_column(title, no_wrap=title != "reason")
        for stop in stops:
            table.add_row(_where(stop.scope, stop.name), f"{stop.at:%Y-%m-%d %H:%M:%S}", stop.who, escape(stop.reason))
        out.print(table)


def _scope(tenant: str, cloud: str, as_json: bool) -> tuple[Scope, str]:
    known = cloud_names()
    if tenant and cloud:
        error = BadRequest("A freeze is for a tenant or for a cloud.", "Set two.")
    elif cloud and cloud not in known:
        error = BadRequest(f"There is no cloud {cloud!r}.", f"Choose {', '.join(known)}.")
    else:
        return ("tenant", tenant) if tenant else ("cloud", cloud) if cloud else ("global", "")
    raise typer.Exit(output.say_error(error, as_json))


def _where(scope: Scope, name: str) -> str:
    return {"global": "everywhere", "tenant": f"for tenant {name}", "cloud": f"on {name}"}[scope]
