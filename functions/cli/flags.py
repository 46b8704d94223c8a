"""`tollgate flags`: switch a tool or a cloud off without a deploy, and on again."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from functions.cli import output
from functions.cli.operator import AsJson, operated
from functions.cli.output import out
from functions.registry import cloud_names, tool_names
from workflow.control.switches import switch_off, switch_on
from workflow.model.errors import BadRequest
from workflow.model.switch import Switchable

app = typer.Typer(help="Switch a tool or a cloud off without a deploy, and on again.", no_args_is_help=True)
Kind = Annotated[str, typer.Argument(help="`tool` or `cloud`.")]
Name = Annotated[str, typer.Argument(help="Its name.")]


@app.command()
def off(
    kind: Kind,
    name: Name,
    reason: Annotated[str, typer.Option(help="Why; `tollgate flags list` says it.")],
    as_json: AsJson = False,
) -> None:
    """Refuse every call of a tool, or everything on a cloud but looking at what is there and releasing it."""
    which = _known(kind, name, as_json)
    new = operated(lambda hand: switch_off(hand, which, name, reason), as_json)
    if as_json:
        output.say_json({"kind": kind, "name": name, "off": True, "new": new})
    else:
        before = "" if new else ", and was before"
        out.print(f"[cyan]●[/] The {kind} {name} is off{before}: here at once, on every function within a minute.")


@app.command()
def on(kind: Kind, name: Name, as_json: AsJson = False) -> None:
    """Let it be used again. Exit code 2 where it was not off."""
    which = _known(kind, name, as_json)
    operated(lambda hand: switch_on(hand, which, name), as_json)
    if as_json:
        output.say_json({"kind": kind, "name": name, "off": False})
    else:
        out.print(f"[green]●[/] The {kind} {name} is on: here at once, on every function within a minute.")


@app.command("list")
def list_flags(as_json: AsJson = False) -> None:
    """What is off, since when, by whom and why."""
    switches = operated(lambda hand: hand.store.list_switches(), as_json)
    if as_json:
        output.say_json([switch.model_dump(mode="json") for switch in switches])
    elif not switches:
        out.print("Every tool and every cloud is on.")
    else:
        table = Table(box=None, header_style="dim")
        for title in ("off", "since (UTC)", "by", "reason"):
            table.add_column(title, no_wrap=title != "reason")
        for one in switches:
            table.add_row(f"{one.kind} {one.name}", f"{one.at:%Y-%m-%d %H:%M:%S}", one.who, escape(one.reason))
        out.print(table)


def _known(kind: str, name: str, as_json: bool) -> Switchable:
    known = {"tool": tool_names(), "cloud": cloud_names()}
    if kind not in known:
        error = BadRequest(f"{kind!r} cannot be switched.", "Say `tool` or `cloud`, then its name.")
    elif name not in known[kind]:
        error = BadRequest(f"There is no {kind} {name!r}.", f"Choose {', '.join(known[kind])}.")
    else:
        return "tool" if kind == "tool" else "cloud"
    raise typer.Exit(output.say_error(error, as_json))
