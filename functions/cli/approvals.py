"""`tollgate approvals`: what waits for a person, what exactly it would do, and the person's yes or no."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

import typer
from rich.table import Table

from functions.cli import output
from functions.cli.asked import render_request
from functions.cli.output import out
from functions.cli.principal import local_principal
from functions.cli.render import Picture
from functions.cli.run import conclude, ready
from functions.cli.workbench import go_on
from functions.orchestrate.wake import wake
from functions.serve.settings import settings
from functions.serve.terms import approval_terms
from mcp_handlers.kernel.clock import SystemClock
from workflow.control.approvals.desk import Desk
from workflow.model.approval import Asked, Lift
from workflow.model.errors import BadRequest, InHand, TollgateError
from workflow.model.money import usd
from workflow.model.run import Run
from workflow.store.store import open_store

app = typer.Typer(help="Decide on what waits for a person.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="The approval's id.")]
Reason = Annotated[str, typer.Option(help="Why. Kept in the ledger.")]
COLOURS = {"open": "yellow", "approved": "green", "used": "green", "denied": "red", "expired": "red", "revoked": "red"}


@asynccontextmanager
async def _desk() -> AsyncIterator[Desk]:
    async with open_store(settings().database) as store:
        yield Desk(store, SystemClock(), approval_terms(), wake(os.environ))


def _told(asked: Asked) -> dict[str, object]:
    """A request as JSON, with what it comes to now."""
    return {**asked.model_dump(mode="json"), "state": asked.state(SystemClock().now())}


@app.command("list")
def list_approvals(
    everything: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """What waits for somebody's yes, newest first."""

    async def found() -> Sequence[Asked]:
        async with _desk() as desk:
            tenant = local_principal().tenant
            return await desk.store.list_approvals(tenant=tenant, unclosed=not everything, limit=limit)

    try:
        asked = asyncio.run(found())
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json([_told(each) for each in asked])
        return
    table = Table(box=None, header_style="dim")
    for name in ("approval", "state", "who", "what", "cost", "expires (UTC)", "run"):
        table.add_column(name, no_wrap=True, justify="right" if name == "cost" else "left")
    for each in asked:
        request, state = each.request, each.state(SystemClock().now())
        what = request.lift.role if request.lift else ", ".join(step.tool for step in request.steps)
        shown = f"[{COLOURS[state]}]{state}[/]"
        until = f"{request.expires_at:%Y-%m-%d %H:%M}"
        table.add_row(request.id, shown, request.requester, what, usd(request.cost_cents), until, request.run)
    out.print(table)


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Exactly what a yes would let happen, what it costs, and why somebody is asked."""

    async def found() -> Asked:
        async with _desk() as desk:
            return await desk.show(local_principal(), name)

    try:
        asked = asyncio.run(found())
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json(_told(asked))
    else:
        render_request(asked, SystemClock().now())


@app.command()
def approve(name: Name, reason: Reason = "", as_json: AsJson = False) -> None:
    """Say yes. A run that now has every yes it needs goes on at once."""
    _say(name, reason, as_json, approved=True)


@app.command()
def deny(name: Name, reason: Reason = "", as_json: AsJson = False) -> None:
    """Say no. One no ends it."""
    _say(name, reason, as_json, approved=False)


@app.command()
def revoke(name: Name, reason: Reason = "", as_json: AsJson = False) -> None:
    """Take back a question, a yes that was not used yet, or a role that was lent."""

    async def taken() -> Asked:
        async with _desk() as desk:
            return await desk.revoke(local_principal(), name, reason)

    try:
        asked = asyncio.run(taken())
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json(_told(asked))
    else:
        out.print(f"[yellow]●[/] {name} is revoked.")


@app.command()
def elevate(
    role: Annotated[str, typer.Argument(help="The role that is needed.")],
    reason: Reason = "",
    hours: Annotated[float, typer.Option(help="For how long.")] = 1,
    once: Annotated[bool, typer.Option("--once", help="For the one run that first writes with it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask to be lent a role for a time."""
    from functions.judges import live

    async def asked_for() -> Asked:
        async with _desk() as desk:
            lift = _lift(role, hours, once)
            return await desk.ask_role(local_principal(), lift, reason, live().revision)

    try:
        asked = asyncio.run(asked_for())
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json(_told(asked))
    else:
        out.print(f"[yellow]●[/] asked: tollgate approvals approve {asked.request.id}", soft_wrap=True)
    raise typer.Exit(output.WAITING)


def _lift(role: str, hours: float, once: bool) -> Lift:
    try:
        return Lift(role=role, hours=hours, once=once)
    except ValueError:
        raise BadRequest("There is no such role or length of time.", "Name a role, and hours above 0.") from None


def _say(name: str, reason: str, as_json: bool, *, approved: bool) -> None:
    async def said() -> Asked:
        async with _desk() as desk:
            return await desk.say(local_principal(), name, approved=approved, reason=reason)

    try:
        asked = asyncio.run(said())
        ended = _gone_on(asked, as_json)
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if ended is not None:
        raise typer.Exit(conclude(settings(), ended, as_json))
    if as_json:
        output.say_json(_told(asked))
        return
    state = asked.state(SystemClock().now())
    out.print(f"[{COLOURS[state]}]●[/] {name} is {state}.")
    if state == "open":
        render_request(asked, SystemClock().now())


def _gone_on(asked: Asked, as_json: bool) -> Run | None:
    """The run after it went on, where it has its answer; None for what is no run, waits for more people, or is gone on
    with by an orchestrator that was quicker."""
    if asked.request.kind != "plan" or asked.state(SystemClock().now()) == "open":
        return None
    told = settings()
    ready(told, quiet=as_json)
    try:
        return asyncio.run(_resumed(asked.request.run, as_json))
    except InHand:
        return None


async def _resumed(run: str, as_json: bool) -> Run:
    told = settings()
    async with open_store(told.database) as store:
        before = await store.get_run(run)
    if before is None:
        raise BadRequest(f"There is no run {run}.")
    picture = None if as_json else Picture(out)
    observer = picture.draw if picture else lambda event: None
    watch = picture.call if picture else lambda tool, cloud, seconds: None
    return await go_on(told, run, before.request.principal, observer, watch)
