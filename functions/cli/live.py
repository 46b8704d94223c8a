"""`tollgate runs watch` and `cancel`: runs that are on their way, in whatever process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.markup import escape

from functions.cli import output
from functions.cli.output import err, out
from functions.cli.principal import local_principal
from functions.cli.render import Picture
from functions.cli.run import EXITS, conclude, ready
from functions.serve.settings import Settings, settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.intake.stopping import ask_to_cancel
from workflow.model.errors import InHand, NotFound, TollgateError
from workflow.model.ports import Entry, Event
from workflow.model.run import Run
from workflow.store.store import Store, open_store

POLL_SECONDS = 0.5
PAGE = 200
"""Entries that are read at once."""

Name = Annotated[str, typer.Argument(help="The run's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def watch(
    run: Name,
    seconds: Annotated[float | None, typer.Option("--for", min=0, help="Look for so many seconds at most.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each ledger entry as a line of JSON.")] = False,
) -> None:
    """Look on as a run goes its way, until it has ended. Ctrl-C leaves the run alone."""
    picture = Picture(out)

    def show(entry: Entry) -> None:
        if as_json:
            print(entry.model_dump_json(), flush=True)
        else:
            picture.draw(entry.event)

    async def look() -> Run:
        async with open_store(settings().database) as store:
            return await _followed(store, run, show, seconds)

    try:
        found = asyncio.run(look())
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    except KeyboardInterrupt:
        err.print(f"\nThe run goes its own way: look again with [bold]tollgate runs watch {run}[/]")
        raise typer.Exit(output.INTERRUPTED) from None
    if found.record is None and not as_json:
        out.print(f"[yellow]●[/] [bold]{found.state}[/]  {escape(found.waits_for)}", soft_wrap=True)
    raise typer.Exit(output.WAITING if found.record is None else EXITS[found.state])


async def _followed(store: Store, name: str, show: Callable[[Entry], None], seconds: float | None) -> Run:
    """Show every entry of the run as it comes; the run as it is when it has ended or time is over."""
    after, until = 0, None if seconds is None else time.monotonic() + seconds
    while True:
        # Asked before the entries, so that the last of them are not missed.
        run = await _get(store, name)
        while page := await store.entries(run=name, after=after, limit=PAGE):
            after = page[-1].seq
            for entry in page:
                show(entry)
        if run.record is not None or (until is not None and time.monotonic() >= until):
            return run
        await asyncio.sleep(POLL_SECONDS)


def cancel(
    run: Name,
    reason: Annotated[str, typer.Option(help="Why. Kept in the ledger.")] = "",
    as_json: AsJson = False,
) -> None:
    """End a run and undo what it did. In hand elsewhere, it ends as soon as it comes between two stages."""
    told = settings()
    try:
        ready(told, quiet=as_json)
        ended = asyncio.run(_cancelled(told, run, reason, None if as_json else Picture(out).draw))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if ended.record is not None or ended.waits_for:
        code = conclude(told, ended, as_json)
        raise typer.Exit(output.OK if ended.record and ended.record.code == "CANCELLED" else code)
    if as_json:
        output.say_json({"run": run, "state": ended.state, "cancel": "asked"})
    else:
        out.print(f"[yellow]●[/] asked. Another process has {run} in hand and ends it after the stage that it is in.")
        out.print(f"  look: tollgate runs watch {run}")
    raise typer.Exit(output.WAITING)


async def _cancelled(told: Settings, name: str, reason: str, seen: Callable[[Event], None] | None) -> Run:
    from functions.orchestrate.surroundings import surroundings, unseen
    from workflow.deploy.conduct import resume

    async with surroundings(told) as around:
        run = await ask_to_cancel(around.store, SystemClock(), local_principal(), name, reason)
        try:
            async with around.at_work(run.request.principal, seen or unseen) as (context, graph):
                return await resume(context, graph, name)
        except InHand:
            await around.judgement.wake.publish(name)
            return run


async def _get(store: Store, name: str) -> Run:
    found = await store.get_run(name)
    if found is None:
        raise NotFound(f"There is no run {name}.", "List them with `tollgate runs list`.")
    return found
