"""The operator's hand on this installation, for the commands that stop things."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from functions.cli import output
from functions.cli.principal import local_principal
from functions.serve.settings import settings
from functions.serve.wellknown import emergency
from workflow.control.emergency import Emergency
from workflow.model.errors import TollgateError
from workflow.store.store import open_store

T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def operated(act: Callable[[Emergency], Awaitable[T]], as_json: bool) -> T:
    """What `act` returns. An error is told, and ends the command with its exit code."""

    async def whole() -> T:
        told, who = settings(), local_principal().id
        told.home.mkdir(parents=True, exist_ok=True)
        async with open_store(told.database) as store:
            return await act(emergency(told, store, who))

    try:
        return asyncio.run(whole())
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
