"""The database on PostgreSQL, through a pool of connections that several tasks share."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Literal

import psycopg
from psycopg import AsyncConnection, AsyncRawCursor, IsolationLevel
from psycopg_pool import AsyncConnectionPool

from workflow.model.errors import StoreAway, StoreBroken, TollgateError

CONNECTIONS = 8
"""The most that one process holds. A transaction takes milliseconds; more than these wait for their turn."""

PATIENCE_SECONDS = 30
"""How long a statement, a lock or a free connection is waited for."""

_LOCK = "(hashtextextended(current_schema() || ?, 0))"
"""A name as an advisory lock. Each schema is a database of its own."""

_ALL = ""
"""The name of everything: alone for a transaction without names, shared by those with names."""

_PASSING = ("08", "25P03", "40", "53300", "55P03", "57")
"""SQLSTATEs that begin so pass: connection, idleness, serialization, too many connections, lock, shutdown."""


@asynccontextmanager
async def open_postgres(url: str) -> AsyncIterator[PostgresDatabase]:
    """The database at `url`, whose tables lie in the first schema of its search path.

    Raises Retryable where the server cannot be reached.
    """
    async with open_pool(url, CONNECTIONS) as pool:
        yield PostgresDatabase(pool)


@asynccontextmanager
async def open_pool(url: str, most: int, **connecting: Any) -> AsyncIterator[AsyncConnectionPool[AsyncConnection[Any]]]:
    """Connections to the database, up to `most` of them, each asked whether it still lives before it is lent."""
    patience = PATIENCE_SECONDS * 1000
    timeouts: dict[str, Any] = {"connect_timeout": 10, "keepalives_idle": 30, "tcp_user_timeout": patience}
    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        url,
        kwargs=timeouts | connecting,
        min_size=1,
        max_size=most,
        timeout=PATIENCE_SECONDS,
        configure=_bound,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    try:
        # Once without the pool, which would only say that it got no connection in time.
        await (await AsyncConnection.connect(url, **timeouts)).close()
        await pool.open()
    except psycopg.Error as error:
        await pool.close()
        raise failed(error, "The store's database could not be opened") from error
    async with pool:
        yield pool


async def _bound(connection: AsyncConnection[Any]) -> None:
    # A process that stopped or died in the middle of a transaction must not hold its locks for ever.
    patience = f"{PATIENCE_SECONDS * 1000:.0f}"
    limits = dict.fromkeys(("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"), patience)
    limits["client_connection_check_interval"] = "1000"
    async with connection.transaction():
        for limit in limits.items():
            await connection.execute("SELECT set_config(%s, %s, false)", limit)


class PostgresTransaction:
    """A transaction on one connection."""

    engine: Literal["postgres"] = "postgres"

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._cursor = AsyncRawCursor(connection)

    async def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement; without values also several."""
        # Without values nothing is prepared, and the text goes as it is.
        done = await self._cursor.execute(_numbered(sql) if values else sql, values or None)
        return await done.fetchall() if done.description else []


class PostgresDatabase:
    """Transactions on connections of the pool."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        self._pool = pool

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[PostgresTransaction]:
        """A transaction that sees one state of the database, and waits for nobody."""
        async with self._transaction(IsolationLevel.REPEATABLE_READ, read_only=True) as transaction:
            yield transaction

    def glancing(self) -> AbstractAsyncContextManager[PostgresTransaction]:
        """As `reading`."""
        return self.reading()

    @asynccontextmanager
    async def writing(self, *names: str) -> AsyncIterator[PostgresTransaction]:
        """A transaction that is alone in the whole database, or among those that give one of its names."""
        # Each statement sees what was committed before it, so also everything from before the locks were got.
        async with self._transaction(IsolationLevel.READ_COMMITTED, read_only=False) as transaction:
            if names:
                # In one order everywhere, so that nobody waits in a circle.
                locks = f", pg_advisory_xact_lock{_LOCK}" * len(names)
                await transaction.rows(f"SELECT pg_advisory_xact_lock_shared{_LOCK}{locks}", (_ALL, *sorted(names)))
            else:
                await transaction.rows(f"SELECT pg_advisory_xact_lock{_LOCK}", (_ALL,))
            yield transaction

    def surveying(self) -> AbstractAsyncContextManager[PostgresTransaction]:
        """As `reading`: every transaction has a connection of its own, and PostgreSQL's text is always UTF-8."""
        return self.reading()

    @asynccontextmanager
    async def _transaction(self, isolation: IsolationLevel, *, read_only: bool) -> AsyncIterator[PostgresTransaction]:
        try:
            async with self._pool.connection() as connection:
                await connection.set_isolation_level(isolation)
                await connection.set_read_only(read_only)
                yield PostgresTransaction(connection)
        except psycopg.Error as error:
            raise failed(error, "The store failed and kept nothing of this step") from error


@functools.lru_cache(maxsize=512)
def _numbered(sql: str) -> str:
    numbers = itertools.count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", sql)


def failed(error: psycopg.Error, what: str) -> TollgateError:
    """The database's error as ours. Of the server's words only the first line, which quotes no row."""
    state = error.sqlstate or ""
    said = error.diag.message_primary or str(error)
    gone = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and not state
    if gone or state.startswith(_PASSING):
        return StoreAway(f"{what}: {said}", "Check that PostgreSQL runs and TOLLGATE_DATABASE_URL is right; try again.")
    return StoreBroken(f"{what}: {said}", "Check the database, the rights of its user and the free disk space.")
