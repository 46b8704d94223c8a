"""Where LangGraph keeps a run's place: its own tables in the store's database, through a connection of its own.

LangGraph commits in the middle of what it does, so it cannot share the store's connection.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from workflow.model.base import Noun
from workflow.model.lease import FENCE
from workflow.store.database import Where, is_url
from workflow.store.fence import CHECK, insist
from workflow.store.sqlite import connect, failed


@asynccontextmanager
async def open_checkpoints(where: Where) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """The saver for `compile(checkpointer=…)`, on the file or the database at `where`, which `open_store` uses too.

    A graph's state may hold JSON values, times and the nouns of `workflow.model`. Any other class comes back from a
    checkpoint as the plain dict of its fields: nothing that a checkpoint names is imported or called.
    """
    # A tuple, and not None with an environment variable beside it: then the saver is strict whatever the process set.
    serializer = JsonPlusSerializer(allowed_msgpack_modules=tuple(_nouns(Noun)))
    if is_url(where):
        # Only who has a PostgreSQL pays for importing its driver.
        from workflow.store.postgres_checkpoints import open_saver

        async with open_saver(str(where), serializer) as saver:
            yield saver
    else:
        async with connect(where, isolation="IMMEDIATE") as connection:
            file = Saver(connection, serde=serializer)
            await file.setup()
            yield file


class Saver(AsyncSqliteSaver):
    """LangGraph's saver, which lets go of the file when a write is cut off, and writes nothing behind the fence.

    Cancelled between its write and its commit, the library's own leaves the transaction open, and with it the whole
    file locked against every other writer.
    """

    def __init__(self, connection: aiosqlite.Connection, *, serde: SerializerProtocol) -> None:
        super().__init__(connection, serde=serde)
        self._turn = asyncio.Lock()

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint, whole or not at all."""
        async with self._whole(config):
            return await super().aput(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Save what a node wrote, whole or not at all."""
        async with self._whole(config):
            await super().aput_writes(config, writes, task_id, task_path)

    @asynccontextmanager
    async def _whole(self, config: RunnableConfig) -> AsyncIterator[None]:
        # One at a time, so that another writer's transaction is never the one that is undone.
        async with self._turn:
            try:
                if FENCE in config["configurable"]:
                    await self._check(config["configurable"])
                yield
            except BaseException as error:
                async with self.lock:
                    await self.conn.rollback()
                if isinstance(error, sqlite3.Error):
                    raise failed(error, "The run's place could not be kept") from error
                raise

    async def _check(self, configurable: dict[str, Any]) -> None:
        # The library writes in the transaction that is begun here, and commits it.
        await self.conn.execute("BEGIN IMMEDIATE")
        run = configurable["thread_id"]
        rows = [tuple(row) for row in await self.conn.execute_fetchall(CHECK, (run,))]
        insist(run, configurable[FENCE], rows[0][0] if rows else None)


def _nouns(kind: type[Noun]) -> Iterator[type[Noun]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("workflow.model."):
            yield child
        yield from _nouns(child)
