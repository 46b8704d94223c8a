"""`tollgate revoke`: a key, a tenant or a principal counts no more, here at once and on every function in a minute."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from functions.cli import output
from functions.cli.operator import AsJson, operated
from functions.cli.output import out
from workflow.model.emergency import Revocable
from workflow.model.errors import BadRequest

app = typer.Typer(help="Revoke a key, a tenant or a principal, and take that back.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Its name.")]
Reason = Annotated[str, typer.Option(help="Why. Needed to revoke.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take the revocation back.")]


@app.command()
def key(name: Name, reason: Reason = "", undo: Undo = False, as_json: AsJson = False) -> None:
    """Nothing counts that this key signed. If it is the one that signs, a new one takes its place."""
    _revoke("key", name, reason, undo, as_json)


@app.command()
def tenant(name: Name, reason: Reason = "", undo: Undo = False, as_json: AsJson = False) -> None:
    """Nobody of this tenant may do anything, reading included."""
    _revoke("tenant", name, reason, undo, as_json)


@app.command()
def principal(name: Name, reason: Reason = "", undo: Undo = False, as_json: AsJson = False) -> None:
    """This person or service may do nothing, in no tenant."""
    _revoke("principal", name, reason, undo, as_json)


@app.command("list")
def list_revocations(as_json: AsJson = False) -> None:
    """What is revoked, since when, by whom and why."""
    held = operated(lambda hand: hand.store.list_revocations(), as_json)
    if as_json:
        output.say_json([each.model_dump(mode="json") for each in held])
    elif not held:
        out.print("Nothing is revoked.")
    else:
        table = Table(box=None, header_style="dim")
        for title in ("kind", "name", "since (UTC)", "by", "reason"):
            table.add_column(title, no_wrap=title != "reason")
        for each in held:
            table.add_row(each.kind, each.name, f"{each.at:%Y-%m-%d %H:%M:%S}", each.who, escape(each.reason))
        out.print(table)


def _revoke(kind: Revocable, name: str, reason: str, undo: bool, as_json: bool) -> None:
    if undo:
        operated(lambda hand: hand.restore(kind, name), as_json)
        new = True
    elif reason:
        new = operated(lambda hand: hand.revoke(kind, name, reason), as_json)
    else:
        error = BadRequest("A revocation needs a reason.", "Say why: --reason '…'.")
        raise typer.Exit(output.say_error(error, as_json))
    if as_json:
        output.say_json({"kind": kind, "name": name, "revoked": not undo, "new": new})
    elif undo:
        out.print(f"[green]●[/] The {kind} {name} counts again, on every function within a minute.")
    else:
        before = "" if new else ", and was before"
        out.print(f"[cyan]●[/] The {kind} {name} is revoked{before}: here at once, on every function within a minute.")
