"""The database in one SQLite file, whose transactions several tasks and processes may ask for at once.

A file is waited for in two places: at a transaction's beginning, where another process is in the middle of one, and at
its end, for the disk. Both are done on a thread, and so is reading that may take long. Every other statement takes
SQLite a few microseconds, a tenth of what waking a thread and being woken by it takes, and is done where it stands.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random

from workflow.model.errors import StoreAway, StoreBroken, TollgateError
from workflow.store.database import Where

BUSY_SECONDS = 30
"""How long to wait for another process's transaction. Ours take milliseconds."""

T = TypeVar("T")


@dataclass(frozen=True)
class Connection:
    """An open file, and the one thread that waits for it. Transactions are begun by hand."""

    raw: sqlite3.Connection
    thread: Executor

    async def wait_for(self, order: Callable[..., T], *given: object) -> T:
        """Do this on the thread. Who is cancelled meanwhile leaves when it is done: nobody else finds it under way."""
        under_way = asyncio.get_running_loop().run_in_executor(self.thread, partial(order, *given))
        try:
            return await asyncio.shield(under_way)
        except asyncio.CancelledError:
            while not under_way.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait({under_way})
            under_way.exception()
            raise


@asynccontextmanager
async def open_sqlite(path: Where) -> AsyncIterator[SqliteDatabase]:
    """The database in the file at `path`, which is made if it is not there.

    Raises Terminal where the file cannot be used, Retryable where others keep it busy.
    """
    async with connect(path) as connection:
        yield SqliteDatabase(path, connection)


@asynccontextmanager
async def connect(path: Where) -> AsyncIterator[Connection]:
    """An open connection in WAL mode, every commit on the disk before it returns. Closed on the way out."""
    async with _opened(path) as connection:
        await _use_wal(connection, path)
        yield connection


@asynccontextmanager
async def _opened(path: Where, *, read_only: bool = False) -> AsyncIterator[Connection]:
    with ThreadPoolExecutor(1, "sqlite") as thread:
        try:
            raw = await asyncio.get_running_loop().run_in_executor(thread, _open, path, read_only)
        except (OSError, sqlite3.Error) as error:
            raise failed(error, f"The store {path} could not be opened") from error
        connection = Connection(raw, thread)
        try:
            yield connection
        finally:
            # The last to close a file writes its log back into it.
            await connection.wait_for(raw.close)


def _open(path: Where, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        _make_private(path)
    place = f"{Path(path).absolute().as_uri()}?mode=ro" if read_only else path
    return sqlite3.connect(place, uri=read_only, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


class SqliteTransaction:
    """A transaction on the connection."""

    engine: Literal["sqlite"] = "sqlite"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement."""
        return _rows(self._connection.raw, sql, values)


class SqliteGlance(SqliteTransaction):
    """The transaction that SQLite makes around a statement by itself."""

    _used = False

    async def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run the one statement."""
        if self._used:
            raise RuntimeError("a glance is for one statement")
        self._used = True
        return await super().rows(sql, values)


class SqliteReading(SqliteTransaction):
    """A transaction whose statements may take long."""

    async def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement, on the thread."""
        return await self._connection.wait_for(_rows, self._connection.raw, sql, values)


def _rows(raw: sqlite3.Connection, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    return raw.execute(sql, values).fetchall()


class SqliteDatabase:
    """One connection, used by one transaction at a time."""

    def __init__(self, path: Where, connection: Connection) -> None:
        self._path = path
        self._connection = connection
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[SqliteTransaction]:
        """A transaction that sees one state of the database, and does not wait for writers elsewhere."""
        async with self._turn, _transaction(SqliteReading(self._connection), self._connection, "DEFERRED") as reading:
            yield reading

    @asynccontextmanager
    async def glancing(self) -> AsyncIterator[SqliteTransaction]:
        """As `reading`, for a single statement that is quick."""
        async with self._turn:
            try:
                yield SqliteGlance(self._connection)
            except sqlite3.Error as error:
                raise failed(error, "The store could not be read") from error

    @asynccontextmanager
    async def writing(self, *names: str) -> AsyncIterator[SqliteTransaction]:
        """A transaction that is alone in the whole database, whatever the names. All of it is kept, or nothing."""
        alone = _transaction(SqliteTransaction(self._connection), self._connection, "IMMEDIATE")
        async with self._turn, alone as transaction:
            yield transaction

    @asynccontextmanager
    async def surveying(self) -> AsyncIterator[SqliteTransaction]:
        """As `reading`, on a connection of its own, which cannot write."""
        async with _opened(self._path, read_only=True) as connection:
            connection.raw.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            async with _transaction(SqliteReading(connection), connection, "DEFERRED") as transaction:
                yield transaction


@asynccontextmanager
async def _transaction(
    transaction: SqliteTransaction, connection: Connection, kind: str
) -> AsyncIterator[SqliteTransaction]:
    raw = connection.raw
    try:
        if not _begun(raw, kind):
            await connection.wait_for(raw.execute, f"BEGIN {kind}")
        yield transaction
        await connection.wait_for(raw.commit)
    except BaseException as error:
        # Also when cancelled: nothing is under way on the thread then.
        raw.rollback()
        if isinstance(error, sqlite3.Error):
            raise failed(error, "The store failed and kept nothing of this step") from error
        raise


def _begun(raw: sqlite3.Connection, kind: str) -> bool:
    """Whether the transaction could begin at once: nobody else was in the way."""
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        raw.execute(f"BEGIN {kind}")
    except sqlite3.OperationalError as error:
        if not _busy(error):
            raise
        return False
    finally:
        raw.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    return True


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


async def _use_wal(connection: Connection, path: Where) -> None:
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
                await connection.wait_for(_rows, connection.raw, "PRAGMA journal_mode = WAL", ())
        await connection.wait_for(connection.raw.execute, "PRAGMA synchronous = FULL")
    except sqlite3.Error as error:
        raise failed(error, f"The store {path} could not be opened") from error
