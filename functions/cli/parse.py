"""`tollgate parse`: how words are read, without doing anything."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from functions.cli import output
from functions.cli.output import out
from functions.cli.render import workload_rows
from functions.serve.settings import settings
from workflow.deploy.thin import open_question
from workflow.language.choose import choose, keyless, model_key
from workflow.language.explain import explain as explain_text
from workflow.language.predict import predictions
from workflow.language.rules import parse as parse_text
from workflow.model.errors import BadRequest, TollgateError
from workflow.model.ports import Language, Reading
from workflow.store.store import open_store


def parse(
    text: Annotated[str, typer.Argument(help="What is wanted, in plain words.")] = "",
    file: Annotated[Path | None, typer.Option(help="Requests, one JSON object a line with id and text.")] = None,
    explain: Annotated[
        bool, typer.Option(help="Show the words behind each field, how sure it is, and what was ignored.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read a request into a Workload, or with --file many into prediction lines ({"id", "got"})."""
    try:
        if file is not None:
            if not file.is_file():
                raise BadRequest(f"There is no file {file}.", "Name a JSON-lines file of requests.")
            # Not splitlines: a text may hold U+2028.
            asyncio.run(_predict(file.read_text(encoding="utf-8-sig").split("\n")))
            return
        if explain:
            _explain(text, as_json)
            return
        reading = asyncio.run(_read(text))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json(reading.model_dump(mode="json"))
        return
    table = Table(show_header=False, box=None)
    for name, value in workload_rows(reading.workload):
        table.add_row(f"[dim]{name}[/]", value)
    out.print(table)


def _explain(text: str, as_json: bool) -> None:
    """The rules' reading, field by field, and the question that stands open if there is one."""
    told = explain_text(text)
    question = open_question(parse_text(text))
    if as_json:
        output.say_json(told.model_dump(mode="json") | {"question": question})
        return
    table = Table(box=None, header_style="dim")
    for name in ("field", "value", "words"):
        table.add_column(name)
    table.add_column("sure", justify="right")
    for each in told.evidence:
        table.add_row(
            each.field, json.dumps(each.value, ensure_ascii=False), escape(" … ".join(each.words)), f"{each.sure:.2f}"
        )
    out.print(table)
    if told.ignored:
        out.print(f"[dim]ignored:[/] {escape('; '.join(told.ignored))}", soft_wrap=True)
    if question:
        out.print(f"[yellow]open:[/] {question}", soft_wrap=True)


async def _predict(lines: list[str]) -> None:
    """One prediction line per request, as it is read."""
    async with _reader() as reader:
        async for line in predictions(lines, reader):
            print(json.dumps(line, ensure_ascii=False), flush=True)


async def _read(text: str) -> Reading:
    async with _reader() as reader:
        return await reader.read(text)


@asynccontextmanager
async def _reader() -> AsyncIterator[Language]:
    """The reader of runs. The store is opened only where a model may be asked: what it costs is kept there."""
    if not model_key(os.environ):
        yield keyless()
        return
    async with open_store(settings().database) as store:
        yield choose(os.environ, store)
