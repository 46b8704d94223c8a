"""`tollgate answers`: what could not be told at a door, and trying it again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from functions.cli import output
from functions.cli.output import out
from functions.serve.settings import settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.model.answering import Conversation
from workflow.model.errors import NotFound, TollgateError
from workflow.store.store import Store, open_store

T = TypeVar("T")
SHOWN = 200
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
app = typer.Typer(help="What could not be told at a door.", no_args_is_help=True)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Dead letters: whom nobody could tell, and why."""

    async def read(store: Store) -> list[Conversation]:
        return list(await store.list_conversations("dead", SHOWN))

    found = _with_store(read, as_json)
    if as_json:
        output.say_json([_brief(each) for each in found])
        return
    table = Table(box=None, padding=(0, 1, 0, 1), header_style="dim")
    for name in ("name", "door", "run", "tries", "since", "why"):
        table.add_column(name, no_wrap=name != "why", justify="right" if name == "tries" else "left")
    for each in found:
        since = f"{each.at:%Y-%m-%d %H:%M} UTC"
        table.add_row(escape(each.name), each.door, each.run, str(each.tries), since, escape(each.error))
    out.print(table if found else "Everybody was told.")


@app.command()
def retry(
    name: Annotated[str, typer.Argument(help="A dead letter's name; `all` for all of them.")], as_json: AsJson = False
) -> None:
    """Try dead letters again at the orchestrator's next tick."""

    async def revive(store: Store) -> list[str]:
        names = [each.name for each in await store.list_conversations("dead", SHOWN)] if name == "all" else [name]
        now = SystemClock().now()
        revived = [each for each in names if await store.revive_conversation(each, now)]
        if name != "all" and not revived:
            raise NotFound(f"There is no dead letter {name}.", "List them with `tollgate answers list`.")
        return revived

    revived = _with_store(revive, as_json)
    if as_json:
        output.say_json({"revived": revived})
    else:
        out.print(f"{len(revived)} tried again at the next tick of `tollgate orchestrate`.")


def _with_store(act: Callable[[Store], Awaitable[T]], as_json: bool) -> T:
    async def whole() -> T:
        told = settings()
        told.home.mkdir(parents=True, exist_ok=True)
        async with open_store(told.database) as store:
            return await act(store)

    try:
        return asyncio.run(whole())
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None


def _brief(each: Conversation) -> dict[str, object]:
    return each.model_dump(mode="json", include={"name", "door", "run", "tries", "error", "at"})
