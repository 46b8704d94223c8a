"""Bring a database forward. A step is a file in `migrations`, named by its number and what it brings.

To add one, add a file with the next number: `0007_leases.sql` where one text does for both engines, or
`0007_leases.sqlite.sql` and `0007_leases.postgres.sql`. A step that has been released is never edited. The database
keeps the names of the steps that it has, so two branches may add steps of one number and land in either order.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from workflow.model.errors import Terminal
from workflow.store.database import Database, Transaction

FOLDER = Path(__file__).parent / "migrations"
FIRST = "0001_first"


class Step(NamedTuple):
    """One step forward: its name, and its SQL for each engine."""

    name: str
    sqlite: str
    postgres: str


def steps(folder: Path) -> tuple[Step, ...]:
    """The steps in the folder, in order."""
    names = sorted({path.name.split(".")[0] for path in folder.glob("*.sql")})
    return tuple(Step(name, _text(folder, name, "sqlite"), _text(folder, name, "postgres")) for name in names)


def _text(folder: Path, name: str, engine: str) -> str:
    own = folder / f"{name}.{engine}.sql"
    return (own if own.exists() else folder / f"{name}.sql").read_text(encoding="utf-8")


STEPS = steps(FOLDER)


async def migrate(database: Database) -> None:
    """Take the steps that the database has not taken, once and whole.

    Raises Terminal for a database that a newer Tollgate has written.
    """
    async with database.writing() as transaction:
        taken = await _taken(transaction)
        unknown = sorted(taken - {step.name for step in STEPS})
        if unknown:
            raise Terminal(
                f"The store has taken steps that this Tollgate does not know: {', '.join(unknown)}.",
                "Use the newer Tollgate that wrote it.",
            )
        for step in STEPS:
            if step.name not in taken:
                await _take(transaction, step)


async def _taken(transaction: Transaction) -> set[str]:
    await transaction.rows("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)")
    taken = {name for (name,) in await transaction.rows("SELECT name FROM migrations")}
    if not taken and transaction.engine == "sqlite":
        ((version,),) = await transaction.rows("PRAGMA user_version")
        if version:
            # The first Tollgate counted its versions in the file's header, and got as far as one.
            await transaction.rows("INSERT INTO migrations VALUES (?)", (FIRST,))
            return {FIRST}
    return taken


async def _take(transaction: Transaction, step: Step) -> None:
    # PostgreSQL takes a whole text at once, SQLite's driver one statement.
    for statement in [step.postgres] if transaction.engine == "postgres" else _statements(step.sqlite):
        await transaction.rows(statement)
    await transaction.rows("INSERT INTO migrations VALUES (?)", (step.name,))


def _statements(text: str) -> Iterator[str]:
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
