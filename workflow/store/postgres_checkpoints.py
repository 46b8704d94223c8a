"""LangGraph's own tables on PostgreSQL, in the schema of the store, through connections of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.base import SerializerProtocol
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool
from tenacity import AsyncRetrying, RetryError, retry_if_result, stop_after_delay, wait_random

from workflow.model.errors import Retryable
from workflow.store.postgres import PATIENCE_SECONDS, failed, open_pool

CONNECTIONS = 2
"""The saver does one thing at a time."""

SETTING_UP = "hashtextextended(current_schema() || 'checkpoints', 0)"
"""The advisory lock of whoever makes the tables."""


@asynccontextmanager
async def open_saver(url: str, serializer: SerializerProtocol) -> AsyncIterator[AsyncPostgresSaver]:
    """The saver on the database at `url`, its tables made or brought up to date."""
    async with open_pool(url, CONNECTIONS, autocommit=True, prepare_threshold=0, row_factory=dict_row) as pool:
        saver = Saver(pool, serde=serializer)
        await _set_up(saver, pool)
        yield saver


class Saver(AsyncPostgresSaver):
    """LangGraph's saver, whose errors are ours."""

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncIterator[AsyncCursor[DictRow]]:
        try:
            async with super()._cursor(pipeline=pipeline) as cursor:
                yield cursor
        except psycopg.Error as error:
            raise failed(error, "The run's place could not be kept or read") from error


async def _set_up(saver: Saver, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
    # Two at once would both make the tables. Who waited for the lock in the server would be waited for by the index
    # that the other makes meanwhile, so it is asked for again and again instead.
    again = AsyncRetrying(
        retry=retry_if_result(lambda got: not got), wait=wait_random(0.02, 0.1), stop=stop_after_delay(PATIENCE_SECONDS)
    )
    async with pool.connection() as connection:

        async def lock() -> bool:
            row = await (await connection.execute(f"SELECT pg_try_advisory_lock({SETTING_UP}) AS got")).fetchone()
            return bool(row and row["got"])

        try:
            await again(lock)
        except RetryError as error:
            raise Retryable("Another process is still making the tables of the runs' places.", "Try again.") from error
        try:
            await saver.setup()
        finally:
            await connection.execute(f"SELECT pg_advisory_unlock({SETTING_UP})")
