"""LangGraph's own tables on PostgreSQL, in the schema of the store, through connections of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import psycopg
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.base import SerializerProtocol
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool
from tenacity import AsyncRetrying, RetryError, retry_if_result, stop_after_delay, wait_random

from workflow.model.errors import Retryable
from workflow.model.lease import FENCE
from workflow.store.fence import CHECK, insist
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


class _Held(NamedTuple):
    run: str
    token: int


_CHECK = f"{CHECK.replace('?', '%s')} FOR UPDATE"
_HELD: ContextVar[_Held | None] = ContextVar("held", default=None)
"""The lease under which this task writes just now. The library hands its cursor no configuration."""


@contextmanager
def _fenced(config: RunnableConfig) -> Iterator[None]:
    configurable = config["configurable"]
    if FENCE not in configurable:
        yield
        return
    before = _HELD.set(_Held(configurable["thread_id"], configurable[FENCE]))
    try:
        yield
    finally:
        _HELD.reset(before)


class Saver(AsyncPostgresSaver):
    """LangGraph's saver, whose errors are ours, and which writes nothing behind the fence."""

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint, if the run is still in this hand."""
        with _fenced(config):
            return await super().aput(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Save what a node wrote, if the run is still in this hand."""
        with _fenced(config):
            await super().aput_writes(config, writes, task_id, task_path)

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncIterator[AsyncCursor[DictRow]]:
        held = _HELD.get()
        try:
            if held is None:
                async with super()._cursor(pipeline=pipeline) as cursor:
                    yield cursor
                return
            async with super()._cursor() as cursor, cursor.connection.transaction(), cursor.connection.pipeline():
                await cursor.execute(_CHECK, (held.run,))
                row = await cursor.fetchone()
                insist(held.run, held.token, row and row["token"])
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
