"""The database in one SQLite file, whose transactions several tasks and processes may ask for at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import aiosqlite
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random

from workflow.model.errors import StoreAway, StoreBroken, TollgateError
from workflow.store.database import Where

BUSY_SECONDS = 30
"""How long to wait for another process's transaction. Ours take milliseconds."""


@asynccontextmanager
async def open_sqlite(path: Where) -> AsyncIterator[SqliteDatabase]:
    """The database in the file at `path`, which is made if it is not there.

    Raises Terminal where the file cannot be used, Retryable where others keep it busy.
    """
    async with connect(path) as connection:
        yield SqliteDatabase(path, connection)


@asynccontextmanager
async def connect(path: Where, isolation: Literal["IMMEDIATE"] | None = None) -> AsyncIterator[aiosqlite.Connection]:
    """An open connection in WAL mode, every commit on the disk before it returns. Closed on the way out.

    `isolation` None: transactions are begun by hand; IMMEDIATE: the driver begins one before the first write.
    """
    try:
        _make_private(path)
        connection = await aiosqlite.connect(path, timeout=BUSY_SECONDS, isolation_level=isolation)
    except (OSError, sqlite3.Error) as error:
        raise failed(error, f"The store {path} could not be opened") from error
    try:
        await _use_wal(connection, path)
        yield connection
    finally:
        await connection.close()


class SqliteTransaction:
    """A transaction on the connection."""

    engine: Literal["sqlite"] = "sqlite"

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement."""
        return [tuple(row) for row in await self._connection.execute_fetchall(sql, values)]


class SqliteGlance(SqliteTransaction):
    """The transaction that SQLite makes around a statement by itself."""

    _used = False

    async def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run the one statement."""
        if self._used:
            raise RuntimeError("a glance is for one statement")
        self._used = True
        return await super().rows(sql, values)


class SqliteDatabase:
    """One connection, used by one transaction at a time."""

    def __init__(self, path: Where, connection: aiosqlite.Connection) -> None:
        self._path = Path(path).absolute()
        self._connection = connection
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqliteTransaction]:
        """A transaction that sees one state of the database, and does not wait for writers elsewhere."""
        async with self._turn, _transaction(self._connection, "DEFERRED") as transaction:
            yield transaction

    @asynccontextmanager
    async def glancing(self) -> AsyncIterator[SqliteTransaction]:
        """As `reading`, for a single statement: a third of the turns of the connection's thread."""
        async with self._turn:
            try:
                yield SqliteGlance(self._connection)
            except sqlite3.Error as error:
                raise failed(error, "The store could not be read") from error

    @asynccontextmanager
    async def writing(self, *names: str) -> AsyncIterator[SqliteTransaction]:
        """A transaction that is alone in the whole database, whatever the names. All of it is kept, or nothing."""
        async with self._turn, _transaction(self._connection, "IMMEDIATE") as transaction:
            yield transaction

    @asynccontextmanager
    async def surveying(self) -> AsyncIterator[SqliteTransaction]:
        """As `reading`, on a connection of its own, which cannot write."""
        try:
            uri = f"{self._path.as_uri()}?mode=ro"
            connection = await aiosqlite.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        except sqlite3.Error as error:
            raise failed(error, f"The store {self._path} could not be read") from error
        try:
            connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            async with _transaction(connection, "DEFERRED") as transaction:
                yield transaction
        finally:
            await connection.close()


@asynccontextmanager
async def _transaction(connection: aiosqlite.Connection, kind: str) -> AsyncIterator[SqliteTransaction]:
    try:
        await connection.execute(f"BEGIN {kind}")
        yield SqliteTransaction(connection)
        await connection.commit()
    except BaseException as error:
        # Also when cancelled: the connection runs its orders in turn, so this follows whatever was under way.
        await connection.rollback()
        if isinstance(error, sqlite3.Error):
            raise failed(error, "The store failed and kept nothing of this step") from error
        raise


def failed(error: OSError | sqlite3.Error, what: str) -> TollgateError:
    """The database's error as ours: StoreAway where another process was in the way for too long, else StoreBroken."""
    if _busy(error):
        return StoreAway(f"{what}: {error}", "Another process holds the store; try again.")
    return StoreBroken(f"{what}: {error}", "Check the file, its folder, its permissions and the free disk space.")


def _make_private(path: Where) -> None:
    # Requests may say what is nobody else's business. SQLite gives its side files the permissions of this one.
    # A file that is there is not even opened: closing it again would drop the locks that SQLite holds on it.
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _busy(error: BaseException) -> bool:
    # The low byte is the primary code; extended codes tell kinds of it apart.
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


async def _use_wal(connection: aiosqlite.Connection, path: Where) -> None:
    # Turning WAL on needs the file alone and does not wait for its turn, unlike every statement after it.
    patient = AsyncRetrying(
        retry=retry_if_exception(_busy),
        wait=wait_random(0.01, 0.05),
        stop=stop_after_delay(BUSY_SECONDS),
        reraise=True,
    )
    try:
        async for attempt in patient:
            with attempt:
                await connection.execute_fetchall("PRAGMA journal_mode = WAL")
        await connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error as error:
        raise failed(error, f"The store {path} could not be opened") from error
