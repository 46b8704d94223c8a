"""`tollgate ledger`: proof that nothing in the record was changed, and the record as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from functions.cli import output
from functions.cli.output import out
from functions.cli.principal import local_principal
from functions.serve.settings import settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.model.errors import NotFound, TollgateError
from workflow.store.export import verify_file
from workflow.store.ledger import Verification
from workflow.store.store import Store, open_store

app = typer.Typer(help="The append-only, hash-chained record of every decision.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
Answer = TypeVar("Answer")


async def _with_ledger(ask: Callable[[Store], Awaitable[Answer]]) -> Answer:
    where = settings().database
    if isinstance(where, Path) and not where.exists():
        raise NotFound(f"There is no ledger at {where}.", "Run something first: `tollgate run …`.")
    async with open_store(where) as store:
        return await ask(store)


@app.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="An export; left out, the ledger itself.")] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute the chain of the ledger, or of an export. Exit code 5, and the row's name, where it is broken."""
    try:
        found = asyncio.run(verify_file(file) if file else _with_ledger(Store.verify_ledger))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json(found.model_dump(mode="json"))
    else:
        _say(found)
    raise typer.Exit(output.TAMPERED if found.finding else output.OK)


def _say(found: Verification) -> None:
    behind = f" after row {found.after}" if found.after else ""
    if found.finding is None:
        out.print(f"[green]●[/] {found.entries} entries{behind}, chain whole, head {found.head[:16]}")
    else:
        out.print(f"[bold red]● The ledger was tampered with at row {found.finding.seq}:[/] {found.finding.reason}")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The new file: one JSON document a line.")],
    since: Annotated[datetime | None, typer.Option(formats=FORMATS, help="From this time on (UTC).")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the ledger, or what came since a time, to a file that proves itself without Tollgate."""
    by, now = local_principal().id, SystemClock().now()
    try:
        done = asyncio.run(_with_ledger(lambda store: store.export_ledger(file, _utc(since), by=by, now=now)))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json(done.model_dump(mode="json"))
        return
    out.print(f"[green]●[/] entries {done.after + 1} to {done.through} are in {file}", soft_wrap=True)
    out.print(f"  sha256 {done.sha256}")


@app.command()
def retain(
    before: Annotated[datetime, typer.Option(formats=FORMATS, help="Entries before this time may go (UTC).")],
    as_json: AsJson = False,
) -> None:
    """Take entries away that were exported. What was not exported, or what a living run needs, stays."""
    by, now = local_principal().id, SystemClock().now()
    cut = before.replace(tzinfo=UTC)
    try:
        done = asyncio.run(_with_ledger(lambda store: store.retain_ledger(cut, by=by, now=now)))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json(done.model_dump(mode="json"))
        return
    gone = (
        f"entries {done.after + 1} to {done.through} were taken away" if done.through > done.after else "nothing to do"
    )
    needed = f"; the next is needed by run {done.kept_for}, which has not ended" if done.kept_for else ""
    out.print(f"[green]●[/] {gone}{needed}", soft_wrap=True)


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None
