"""`tollgate runs`: what was asked, what became of it, and whether it would be decided the same again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from functions.cli import output
from functions.cli.live import cancel, watch
from functions.cli.output import out
from functions.cli.render import Picture
from functions.cli.run import conclude, ready
from functions.cli.timeline import page
from functions.cli.workbench import go_on
from functions.registry import contracts
from functions.serve.settings import settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.deploy.replay import Replayed
from workflow.deploy.replay import replay as derive_again
from workflow.language.rules_parser import RulesParser
from workflow.model.errors import BadRequest, NotFound, TollgateError
from workflow.model.money import usd
from workflow.model.ports import Entry
from workflow.model.run import Run
from workflow.store.store import open_store

app = typer.Typer(help="Look at runs, go on with them, decide them again.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
app.command()(watch)
app.command()(cancel)
COLOURS = {"succeeded": "green", "denied": "red", "failed": "red", "waiting": "yellow", "running": "blue"}
OVERDUE = timedelta(hours=1)
"""How long a run may be due without anybody taking it before it counts as stuck."""
DIFFERS = 6
"""Exit code of a replay that derives something else than was recorded."""


async def _read(run: str) -> tuple[Run, list[Entry]]:
    told = settings()
    async with open_store(told.database) as store:
        found = await store.get_run(run)
        if found is None:
            raise NotFound(f"There is no run {run}.", "List them with `tollgate runs list`.")
        entries: list[Entry] = []
        while page := await store.entries(run=run, after=entries[-1].seq if entries else 0):
            entries += page
        return found, entries


async def _list(limit: int, stuck: bool) -> Sequence[Run]:
    async with open_store(settings().database) as store:
        if not stuck:
            return await store.list_runs(limit=limit)
        places = await store.list_places(overdue=SystemClock().now() - OVERDUE, limit=limit)
        found = [await store.get_run(place.lease.run) for place in places]
        return [run for run in found if run is not None]


@app.command("list")
def list_runs(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    stuck: Annotated[bool, typer.Option("--stuck", help="Only those that do not come any further.")] = False,
    as_json: AsJson = False,
) -> None:
    """The newest runs; or those that are stuck: taken again and again for nothing, or due and taken by nobody."""
    try:
        runs = asyncio.run(_list(limit, stuck))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json([run.model_dump(mode="json") for run in runs])
        return
    table = Table(box=None, header_style="dim")
    for name in ("run", "state", "where", "cost", "at (UTC)", "request"):
        table.add_column(name, no_wrap=name != "request", justify="right" if name == "cost" else "left")
    for run in runs:
        record = run.record
        where = record.offer.place if record and record.offer else ""
        cost = usd(record.cost_cents) if record and record.offer else ""
        state = f"[{COLOURS[run.state]}]{run.state}[/]"
        table.add_row(run.id, state, where, cost, f"{run.created_at:%Y-%m-%d %H:%M}", escape(run.request.text[:60]))
    out.print(table)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    as_json: AsJson = False,
    full: Annotated[bool, typer.Option("--all", help="Show every candidate.")] = False,
    html: Annotated[Path | None, typer.Option(help="Draw its course into this file instead.")] = None,
) -> None:
    """A run as it went, from its ledger entries."""
    try:
        found, entries = asyncio.run(_read(run))
        if html is not None:
            _draw(html, found, entries)
            out.print(f"  timeline {html}", soft_wrap=True)
            return
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        told = [entry.model_dump(mode="json") for entry in entries]
        output.say_json({"run": found.model_dump(mode="json"), "entries": told})
        return
    picture = Picture(out, full=full)
    for entry in entries:
        picture.draw(entry.event)
    if found.record is None:
        out.print(f"[yellow]●[/] [bold]{found.state}[/]")


def _draw(path: Path, run: Run, entries: Sequence[Entry]) -> None:
    try:
        path.write_text(page(run, entries), encoding="utf-8")
    except OSError as error:
        raise BadRequest(
            f"{path} could not be written: {error.strerror}.", "Name a file in a folder of yours."
        ) from None


async def _replay(run: str) -> Replayed:
    from functions.judges import live

    _, entries = await _read(run)
    return await derive_again(run, entries, RulesParser(), live(), contracts())


@app.command()
def replay(run: Annotated[str, typer.Argument(help="The run's id.")], as_json: AsJson = False) -> None:
    """Derive every decision of a run again from its recorded inputs. Exit code 6 if one comes out otherwise."""
    try:
        found = asyncio.run(_replay(run))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json(found.model_dump(mode="json"))
    else:
        _say_replay(found)
    raise typer.Exit(DIFFERS if found.differences else output.OK)


def _say_replay(found: Replayed) -> None:
    if found.recorded_revision and found.recorded_revision != found.revision:
        was, now = found.recorded_revision[:16], found.revision[:16]
        out.print(f"[yellow]The policies have changed since:[/] {was} then, {now} now.")
    for difference in found.differences:
        out.print(f"[red]entry {difference.seq}[/] {difference.kind}: {escape(difference.what)}")
        out.print(f"  recorded {difference.recorded}", markup=False, soft_wrap=True)
        out.print(f"  derived  {difference.derived}", markup=False, soft_wrap=True)
    same = found.decisions - len({d.seq for d in found.differences})
    out.print(f"{same} of {found.decisions} decisions of {found.run} come out the same.")


@app.command()
def resume(run: Annotated[str, typer.Argument(help="The run's id.")], as_json: AsJson = False) -> None:
    """Go on with a run that was stopped, from its last checkpoint."""
    told = settings()

    async def conduct() -> Run:
        before, _ = await _read(run)
        picture = None if as_json else Picture(out)
        observer = picture.draw if picture else lambda event: None
        watch = picture.call if picture else lambda tool, cloud, seconds: None
        return await go_on(told, run, before.request.principal, observer, watch)

    try:
        asyncio.run(_read(run))
        ready(told, quiet=as_json)
        ended = asyncio.run(conduct())
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    raise typer.Exit(conclude(told, ended, as_json))
