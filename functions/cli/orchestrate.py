"""`tollgate orchestrate`: go on with every run that is due, once or for as long as the command runs."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from typing import Annotated

import typer

from functions.cli import output
from functions.cli.output import out
from functions.cli.run import ready
from functions.orchestrate.orchestrator import orchestrate as one_tick
from functions.orchestrate.surroundings import surroundings
from functions.orchestrate.wake import wake
from functions.serve.settings import settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.model.errors import Retryable, TollgateError
from workflow.orchestrate.tick import AT_ONCE, Ticked


def orchestrate(
    once: Annotated[bool, typer.Option("--once", help="One tick, then end.")] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between ticks.")] = 5,
    limit: Annotated[float | None, typer.Option(min=1, help="Seconds that a tick may take.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Runs to work on at the same time.")] = AT_ONCE,
    as_json: Annotated[bool, typer.Option("--json", help="Print each tick as a line of JSON.")] = False,
) -> None:
    """Go on with runs that are due: approved, woken, or left by a process that died."""
    told = settings()

    async def work() -> None:
        waking, words = wake(os.environ), tuple[str, ...]()
        async with surroundings(told) as around:
            while True:
                stop = SystemClock().now() + timedelta(seconds=limit) if limit else None
                try:
                    _say(await one_tick(around, stop=stop, at_once=workers), as_json, once=once)
                except Retryable as error:
                    if once:
                        raise
                    output.say_error(error, as_json)
                if once:
                    return
                await waking.acknowledge(words)
                words = tuple(await waking.listen(every))

    try:
        ready(told, quiet=as_json)
        asyncio.run(work())
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    except KeyboardInterrupt:
        raise typer.Exit(output.INTERRUPTED) from None


def _say(ticked: Ticked, as_json: bool, *, once: bool) -> None:
    if as_json:
        print(ticked.model_dump_json(), flush=True)
    elif ticked.taken or once:
        came = ", ".join(f"{count} {state}" for state, count in sorted(ticked.states.items()))
        more = [came] if came else []
        more += [f"{ticked.troubled} troubled, tried again later"] if ticked.troubled else []
        more += [f"{ticked.unfinished} go on in the next tick"] if ticked.unfinished else []
        out.print(f"{SystemClock().now():%H:%M:%S} UTC  {ticked.taken} due  {'; '.join(more)}".rstrip())
