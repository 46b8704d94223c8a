"""`tollgate ledger`: proof that nothing in the record was changed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from functions.cli import output
from functions.cli.output import out
from functions.serve.settings import settings
from workflow.model.errors import NotFound, TollgateError
from workflow.store.ledger import Verification
from workflow.store.store import open_store

app = typer.Typer(help="The append-only, hash-chained record of every decision.", no_args_is_help=True)


async def _verify() -> Verification:
    where = settings().database
    if isinstance(where, Path) and not where.exists():
        raise NotFound(f"There is no ledger at {where}.", "Run something first: `tollgate run …`.")
    async with open_store(where) as store:
        return await store.verify_ledger()


@app.command()
def verify(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Recompute the chain. Exit code 5, and the row's name, where it is broken."""
    try:
        found = asyncio.run(_verify())
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json(found.model_dump(mode="json"))
    elif found.finding is None:
        out.print(f"[green]●[/] {found.entries} entries, chain whole, head {found.head[:16]}")
    else:
        out.print(f"[bold red]● The ledger was tampered with at row {found.finding.seq}:[/] {found.finding.reason}")
    raise typer.Exit(output.TAMPERED if found.finding else output.OK)
