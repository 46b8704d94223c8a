"""A connection to the SQLite file, and transactions on it that several tasks and processes may ask for at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import aiosqlite
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random

from workflow.model.errors import Retryable, Terminal, TollgateError

BUSY_SECONDS = 30
"""How long to wait for another process's transaction. Ours take milliseconds."""

StorePath = str | Path


@asynccontextmanager
async def connect(
    path: StorePath, isolation: Literal["IMMEDIATE"] | None = None
) -> AsyncIterator[aiosqlite.Connection]:
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


class Database:
    """One connection, used by one transaction at a time."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[aiosqlite.Connection]:
        """A transaction that sees one state of the database, and does not wait for writers elsewhere."""
        async with self._transaction("DEFERRED") as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[aiosqlite.Connection]:
        """A transaction that is alone in the whole database. Everything in it is kept, or nothing."""
        async with self._transaction("IMMEDIATE") as connection:
            yield connection

    @asynccontextmanager
    async def _transaction(self, kind: str) -> AsyncIterator[aiosqlite.Connection]:
        async with self._turn:
            try:
                await self._connection.execute(f"BEGIN {kind}")
                yield self._connection
                await self._connection.commit()
            except BaseException as error:
                # Also when cancelled: the connection runs its orders in turn, so this follows whatever was under way.
                await self._connection.rollback()
                if isinstance(error, sqlite3.Error):
                    raise failed(error, "The store failed and kept nothing of this step") from error
                raise


def failed(error: OSError | sqlite3.Error, what: str) -> TollgateError:
    """The database's error as ours: Retryable where another process was in the way for too long, else Terminal."""
    if _busy(error):
        return Retryable(f"{what}: {error}", "Another process holds the store; try again.")
    return Terminal(f"{what}: {error}", "Check the file, its folder, its permissions and the free disk space.")


def _make_private(path: StorePath) -> None:
    # Requests may say what is nobody else's business. SQLite gives its side files the permissions of this one.
    # A file that is there is not even opened: closing it again would drop the locks that SQLite holds on it.
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _busy(error: BaseException) -> bool:
    # The low byte is the primary code; extended codes tell kinds of it apart.
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


async def _use_wal(connection: aiosqlite.Connection, path: StorePath) -> None:
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
