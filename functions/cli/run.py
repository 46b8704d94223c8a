"""`tollgate run`: a request in plain words, conducted to its end."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from functions.cli import output
from functions.cli.output import err, out
from functions.cli.principal import local_principal
from functions.cli.render import Picture
from functions.cli.workbench import begin
from functions.serve.settings import Settings, settings
from infra.local import supervisor
from mcp_handlers.kernel.clock import SystemClock
from workflow.deploy.thin import check_priceable
from workflow.intake.request import make_request
from workflow.language.rules import parse
from workflow.model.errors import TollgateError, Unclear
from workflow.model.ports import Event
from workflow.model.run import Run
from workflow.model.workload import Request, Until
from workflow.store.store import open_store

MOST_QUESTIONS = 3
"""Questions asked before the request is left to be refused."""
EXITS = {"succeeded": output.OK, "denied": output.DENIED, "failed": output.FAILED, "waiting": output.WAITING}
CODES = {"BAD_REQUEST": output.BAD_REQUEST, "UNCLEAR": output.UNCLEAR}
"""Exit codes of runs that ended for want of a better request."""


def run(
    text: Annotated[str, typer.Argument(help="What is wanted, in plain words.")],
    project: Annotated[str, typer.Option(help="Whose budget within the tenant.")] = "default",
    environment: Annotated[str, typer.Option(help="development, staging or production.")] = "development",
    until: Annotated[
        Until, typer.Option(help="End when the job runs, or look after it until it has ended.")
    ] = "running",
    as_json: Annotated[bool, typer.Option("--json", help="Print only the record, as JSON.")] = False,
    full: Annotated[bool, typer.Option("--all", help="Show every candidate.")] = False,
) -> None:
    """Plan, price, gate, provision, verify and record a request."""
    told = settings()
    request: Request | None = None
    try:
        request = _request(asked(text, quiet=as_json), project, environment, until)
        ready(told, quiet=as_json)
        ended = asyncio.run(conduct(told, request, Picture(out, full=full) if not as_json else None))
    except TollgateError as error:
        code = output.say_error(error, as_json)
        if request is not None and error.retryable and not as_json:
            err.print(f"[dim]Nothing is lost:[/] go on with tollgate runs resume {request.id}")
        raise typer.Exit(code) from None
    except KeyboardInterrupt:
        name = request.id if request else ""
        err.print(f"\nStopped. Nothing is lost: go on with [bold]tollgate runs resume {name}[/]")
        raise typer.Exit(output.INTERRUPTED) from None
    raise typer.Exit(conclude(told, ended, as_json))


def asked(text: str, *, quiet: bool) -> str:
    """The text with the answers to what it leaves unclear. Only a person at a terminal is asked."""
    if quiet or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return text
    for _ in range(MOST_QUESTIONS):
        try:
            check_priceable(parse(text))
        except Unclear as unclear:
            err.print(f"[yellow]{unclear.message}[/]", soft_wrap=True)
            text = f"{text}\n{typer.prompt(unclear.remedy, err=True)}"
        else:
            break
    return text


def _request(text: str, project: str, environment: str, until: Until) -> Request:
    who, now = local_principal(), SystemClock().now()
    return make_request(who, text, now, project=project, environment=environment, until=until)


def ready(told: Settings, *, quiet: bool) -> None:
    """The local cloud and Tollgate's own servers, up. Raises TollgateError where one does not come up."""
    from functions.serve.service import tollgate_service

    if quiet:
        supervisor.up(told.home, [tollgate_service(told)])
        return
    with out.status("Starting the local cloud…"):
        supervisor.up(told.home, [tollgate_service(told)])


async def conduct(told: Settings, request: Request, picture: Picture | None) -> Run:
    """Conduct one request, drawing as it goes."""

    def seen(event: Event) -> None:
        if picture:
            picture.draw(event)

    def called(tool: str, cloud: str, seconds: float) -> None:
        if picture:
            picture.call(tool, cloud, seconds)

    return await begin(told, request, seen, called)


def conclude(told: Settings, ended: Run, as_json: bool) -> int:
    """Save the record, say where, and give the exit code."""
    if ended.record is None and ended.waits_for:
        return _parked(ended, as_json)
    if ended.record is None:
        waits_for = asyncio.run(_asked(told, ended))
        if as_json:
            output.say_json({"run": ended.id, "state": ended.state, "approval": waits_for})
        else:
            out.print(f"[yellow]●[/] [bold]waiting[/]  run {ended.id} needs somebody's approval")
            out.print(f"  look:    tollgate approvals show {waits_for}", soft_wrap=True)
            out.print(f"  decide:  tollgate approvals approve {waits_for}   (or deny)", soft_wrap=True)
            out.print(f"[dim]  It goes on with the yes, or with tollgate runs resume {ended.id}[/]", soft_wrap=True)
        return EXITS[ended.state]
    path = save(told.home, ended)
    if as_json:
        print(ended.record.model_dump_json(indent=2))
    else:
        out.print(f"  record   {path}", soft_wrap=True)
        out.print(f"[dim]  again:   tollgate runs show {ended.id}     proof: tollgate ledger verify[/]")
    return CODES.get(ended.record.code, EXITS[ended.state])


def _parked(ended: Run, as_json: bool) -> int:
    if as_json:
        output.say_json({"run": ended.id, "state": ended.state, "waits_for": ended.waits_for})
    else:
        out.print(f"[yellow]●[/] [bold]waiting[/]  {ended.waits_for}", soft_wrap=True)
        out.print(f"[dim]  Nothing is lost: go on with tollgate runs resume {ended.id}[/]", soft_wrap=True)
    return EXITS[ended.state]


async def _asked(told: Settings, ended: Run) -> str:
    """The id of what the run waits for; empty where it waits for nothing that is open."""
    async with open_store(told.database) as store:
        waiting = await store.list_approvals(tenant=ended.tenant, unclosed=True, limit=1000)
    return next((each.request.id for each in waiting if each.request.run == ended.id), "")


def save(home: Path, ended: Run) -> Path:
    """The record as a JSON file under `home/records`."""
    folder = home / "records"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{ended.id}.json"
    if ended.record is not None:
        path.write_text(ended.record.model_dump_json(indent=2) + "\n")
    return path
