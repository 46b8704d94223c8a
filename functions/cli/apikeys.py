"""`tollgate apikeys`: keys for services that call the control plane."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from functions.cli import output
from functions.cli.output import out
from functions.cli.principal import local_principal
from functions.serve.settings import settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.control.identity.api_key import fresh
from workflow.model.api_key import ApiKey
from workflow.model.base import Json
from workflow.model.errors import BadRequest, TollgateError
from workflow.model.ports import Event
from workflow.model.principal import Principal
from workflow.store.store import open_store

app = typer.Typer(help="Keys for services that call the control plane.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def create(
    service: Annotated[str, typer.Argument(help="The name that the service acts under.")],
    role: Annotated[list[str], typer.Option(help="What it may do; may be repeated.")],
    days: Annotated[int, typer.Option(min=1, max=365, help="How long it holds.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, once: only its digest is kept."""
    try:
        principal = _service(service, role)
        key, text = fresh(principal, SystemClock().now(), timedelta(days=days))
        asyncio.run(_add(key))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json({"key": text, **_told(key)})
    else:
        print(text)
        output.err.print(f"Good until {key.expires_at:%Y-%m-%d %H:%M} UTC. It is not shown again.", style="dim")


@app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """The tenant's keys."""
    try:
        keys = asyncio.run(_list())
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json([_told(key) for key in keys])
        return
    table = Table(box=None, header_style="dim")
    for name in ("key", "service", "roles", "made (UTC)", "until (UTC)", "state"):
        table.add_column(name, no_wrap=True)
    for key in keys:
        made, until = (f"{moment:%Y-%m-%d %H:%M}" for moment in (key.created_at, key.expires_at))
        table.add_row(key.id, key.principal.id, ", ".join(key.principal.roles), made, until, _state(key))
    out.print(table)


@app.command()
def revoke(key: Annotated[str, typer.Argument(help="The key's id.")], as_json: AsJson = False) -> None:
    """End a key now."""
    try:
        ended = asyncio.run(_revoke(key))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json({"id": key, "revoked": ended})
    else:
        out.print(f"{key} is revoked." if ended else f"{key} was revoked before.")


def _service(name: str, roles: list[str]) -> Principal:
    try:
        return Principal(id=name, tenant=local_principal().tenant, roles=tuple(roles), channel="api")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadRequest(
            f"{first['loc'][0]}: {first['msg']}.", "Names are lower-case letters, digits, . _ @ -"
        ) from None


async def _add(key: ApiKey) -> None:
    async with open_store(settings().database) as store:
        await store.add_api_key(key, _event("apikey.made", _told(key)))


async def _list() -> Sequence[ApiKey]:
    async with open_store(settings().database) as store:
        return await store.list_api_keys(local_principal().tenant)


async def _revoke(name: str) -> bool:
    event = _event("apikey.revoked", {"id": name, "by": local_principal().id})
    async with open_store(settings().database) as store:
        return await store.revoke_api_key(name, event.at, event)


def _event(kind: str, body: Json) -> Event:
    return Event(run="", tenant=local_principal().tenant, kind=kind, body=body, at=SystemClock().now())


def _told(key: ApiKey) -> Json:
    return {**key.model_dump(mode="json", exclude={"digest"}), "state": _state(key)}


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "good" if key.holds(SystemClock().now()) else "expired"
