"""`tollgate serve`: everything on this machine with one command, until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import Annotated

import typer

from functions.cli import output
from functions.cli.output import err, out
from functions.cli.run import ready
from functions.orchestrate.orchestrator import orchestrate as one_tick
from functions.orchestrate.surroundings import Surroundings, surroundings
from functions.orchestrate.wake import wake
from functions.serve.service import tollgate_service
from functions.serve.settings import Settings, settings
from infra.local import supervisor
from workflow.model.errors import Retryable, TollgateError
from workflow.model.wake import Wake
from workflow.orchestrate.tick import AT_ONCE

EVERY = 0.5
"""Seconds between two looks for what the doors have started."""


def serve(
    workers: Annotated[int, typer.Option(min=1, max=64, help="Runs to work on at the same time.")] = AT_ONCE,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the local cloud up afterwards.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the addresses as JSON.")] = False,
) -> None:
    """Start the local cloud, Tollgate's servers and an orchestrator; what the doors start is gone on with."""
    told = settings()
    try:
        before = _running(told)
        ready(told, quiet=as_json)
        _say(told, as_json)
        asyncio.run(_until_stopped(told, workers))
        if not keep and not before:
            supervisor.down(told.home, [tollgate_service(told)])
            err.print("Stopped. Runs and ledger are kept; whatever was under way goes on with the next start.")
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    except KeyboardInterrupt:
        raise typer.Exit(output.INTERRUPTED) from None


def _running(told: Settings) -> bool:
    """Whether somebody started it before us: then it is theirs to stop."""
    return any(each.state == "running" for each in supervisor.status(told.home, [tollgate_service(told)]))


def addresses(told: Settings) -> dict[str, str]:
    """Where everything is."""
    base = told.control_url
    return {
        "pages": f"{base}/",
        "approvals": f"{base}/approvals",
        "api": f"{base}/api/v1",
        "mcp_runs": f"{base}/mcp/runs",
        "mcp_tools": f"{base}/mcp",
        "sign_in": "tollgate token",
    }


def _say(told: Settings, as_json: bool) -> None:
    found = addresses(told)
    if as_json:
        output.say_json(found)
        return
    out.print(f"[green]●[/] Tollgate is at [bold]{found['pages']}[/]  Ctrl-C stops it", soft_wrap=True)
    for name, what in (
        ("approvals", "where people decide"), ("api", "REST (docs/openapi.json)"),
        ("mcp_runs", "MCP: start and follow runs"), ("mcp_tools", "MCP: the clouds' tools"),
    ):  # fmt: skip
        out.print(f"  {found[name]:<38} [dim]{what}[/]", soft_wrap=True)
    out.print("  sign in with what [bold]tollgate token[/] prints, for an hour", soft_wrap=True)


async def _until_stopped(told: Settings, workers: int) -> None:
    """Go on with what is due. A signal lets the tick under way put down what it has in hand."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for which in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(which, stopped.set)
    async with surroundings(told) as around:
        # Each looks for itself, so that one run's long wait for a cloud holds up no other.
        working = [asyncio.create_task(_work(around)) for _ in range(workers)]
        ended = asyncio.create_task(_ended(stopped))
        await asyncio.wait([*working, ended], return_when=asyncio.FIRST_COMPLETED)
        for task in (*working, ended):
            task.cancel()
        for task in working:
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _ended(stopped: asyncio.Event) -> None:
    await stopped.wait()


async def _work(around: Surroundings) -> None:
    waking: Wake = wake(os.environ)
    words = tuple[str, ...]()
    while True:
        try:
            await one_tick(around, at_once=1)
        except Retryable as error:
            output.say_error(error, as_json=False)
        await waking.acknowledge(words)
        words = tuple(await waking.listen(EVERY))
