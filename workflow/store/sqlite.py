"""The Store on one SQLite file. Several processes may share the file, and several tasks a store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Literal

import aiosqlite

from workflow.model.errors import BadRequest
from workflow.model.ports import Entry, Event, Reservation, Spend, Store
from workflow.model.run import Receipt, Record, Run, State
from workflow.store import budget, events
from workflow.store.connection import Database, StorePath, connect
from workflow.store.ledger import Verification, utc_text
from workflow.store.schema import migrate


@asynccontextmanager
async def open_store(path: StorePath) -> AsyncIterator[SqliteStore]:
    """The store in the file at `path`, which is made if it is not there and brought up to date if it is older.

    Raises Terminal where the file cannot be used or is newer than this code, Retryable where others keep it busy.
    """
    async with connect(path) as connection:
        database = Database(connection)
        async with database.writing() as writing:
            await migrate(writing)
        yield SqliteStore(path, database)


class SqliteStore(Store):
    """The Store port; `open_store` makes one. Raises Retryable where other processes keep the file busy too long."""

    def __init__(self, path: StorePath, database: Database) -> None:
        self._path = path
        self._database = database

    async def save_run(self, run: Run) -> None:
        """Insert, or replace by id."""
        async with self._database.writing() as connection:
            await _put_run(connection, run)

    async def get_run(self, run: str) -> Run | None:
        """The run, or None."""
        async with self._database.reading() as connection:
            return await _get_run(connection, run)

    async def list_runs(
        self, *, tenant: str | None = None, state: State | None = None, limit: int = 50
    ) -> Sequence[Run]:
        """Newest first."""
        wanted = {column: value for column, value in (("tenant", tenant), ("state", state)) if value is not None}
        where = " AND ".join(["1", *(f"{column} = ?" for column in wanted)])
        async with self._database.reading() as connection:
            rows = await connection.execute_fetchall(
                f"SELECT body FROM runs WHERE {where} ORDER BY created_at DESC, rowid DESC LIMIT ?",  # noqa: S608
                (*wanted.values(), max(limit, 0)),
            )
        return [Run.model_validate_json(body) for (body,) in rows]

    async def end_run(self, run: Run, record: Record, event: Event) -> Entry:
        """Close the run with its record and write the event, together or not at all.

        A run that has ended in the same state stays as it is, and the entry that closed it is returned: a finisher
        that was killed may finish again. BadRequest where it ended in another state, or where run, record and event
        are not of one run.
        """
        if not run.id == record.run == event.run:
            raise BadRequest(f"Run {run.id}, record of {record.run} and event of {event.run} do not belong together.")
        async with self._database.writing() as connection:
            kept = await _get_run(connection, run.id)
            closing = await events.last_of_kind(connection, run.id, event.kind) if kept and kept.record else None
            if kept and kept.record and kept.record.state != record.state:
                raise BadRequest(f"Run {run.id} has already ended: {kept.record.state}, not {record.state}.")
            if closing:
                return closing
            ended = {"record": record, "state": record.state, "updated_at": record.finished_at}
            await _put_run(connection, run.model_copy(update=ended))
            return await events.append(connection, event)

    async def save_receipt(self, receipt: Receipt) -> Receipt:
        """Keep a receipt. The same key again returns the one kept first; BadRequest if its arguments differ."""
        async with self._database.writing() as connection:
            kept = await _get_receipt(connection, receipt.key)
            if kept and kept.arguments_digest != receipt.arguments_digest:
                raise BadRequest(f"The receipt {receipt.key} was kept for other arguments.")
            if kept:
                return kept
            await connection.execute(
                "INSERT INTO receipts (key, run, arguments_digest, body) VALUES (?, ?, ?, ?)",
                (receipt.key, receipt.run, receipt.arguments_digest, receipt.model_dump_json()),
            )
        return receipt

    async def get_receipt(self, key: str) -> Receipt | None:
        """The receipt by its effect's key, or None."""
        async with self._database.reading() as connection:
            return await _get_receipt(connection, key)

    async def list_receipts(self, run: str) -> Sequence[Receipt]:
        """A run's receipts in the order they were kept."""
        async with self._database.reading() as connection:
            rows = await connection.execute_fetchall("SELECT body FROM receipts WHERE run = ? ORDER BY number", (run,))
        return [Receipt.model_validate_json(body) for (body,) in rows]

    async def spend(self, tenant: str, project: str, month: datetime, *, without: Sequence[str] = ()) -> Spend:
        """Held and settled money of `month`, leaving out the reservations whose keys are in `without`."""
        async with self._database.reading() as connection:
            return await budget.spend(connection, tenant, project, month, without)

    async def reserve(self, reservations: Sequence[Reservation], expected: Spend) -> bool:
        """Hold all or none; False, and nothing is held, if spend (without these keys) is not what was `expected`."""
        async with self._database.writing() as connection:
            return await budget.reserve(connection, reservations, expected)

    async def settle(self, key: str, state: Literal["settled", "released"]) -> None:
        """Turn a held reservation into a spent one, or give the money back. Twice is once; NotFound for an unknown key;
        BadRequest for settling what was released or releasing what was settled."""
        async with self._database.writing() as connection:
            await budget.settle(connection, key, state)

    async def list_reservations(self, run: str) -> Sequence[Reservation]:
        """A run's reservations, oldest first."""
        async with self._database.reading() as connection:
            return await budget.of_run(connection, run)

    async def append(self, event: Event) -> Entry:
        """Add to the ledger, chained to the entry before. BadRequest for an event that JSON cannot carry."""
        async with self._database.writing() as connection:
            return await events.append(connection, event)

    async def entries(self, *, run: str | None = None, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Ledger entries in order, from just after sequence number `after`."""
        async with self._database.reading() as connection:
            return await events.read(connection, run, after, limit)

    async def verify_ledger(self) -> Verification:
        """Prove the whole chain against its head, from one consistent view, while others go on writing."""
        return await events.verify_file(self._path)


async def _put_run(connection: aiosqlite.Connection, run: Run) -> None:
    await connection.execute(
        """INSERT INTO runs (id, tenant, state, created_at, body) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant, state = excluded.state,
            created_at = excluded.created_at, body = excluded.body""",
        (run.id, run.tenant, run.state, utc_text(run.created_at), run.model_dump_json()),
    )


async def _get_run(connection: aiosqlite.Connection, run: str) -> Run | None:
    rows = await connection.execute_fetchall("SELECT body FROM runs WHERE id = ?", (run,))
    return next((Run.model_validate_json(body) for (body,) in rows), None)


async def _get_receipt(connection: aiosqlite.Connection, key: str) -> Receipt | None:
    rows = await connection.execute_fetchall("SELECT body FROM receipts WHERE key = ?", (key,))
    return next((Receipt.model_validate_json(body) for (body,) in rows), None)
