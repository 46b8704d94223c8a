"""Where LangGraph keeps a run's place: its own tables in the store's file, through a connection of its own.

LangGraph commits in the middle of what it does, so it cannot share the store's connection.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from workflow.model.base import Noun
from workflow.store.database import Where
from workflow.store.sqlite import connect


@asynccontextmanager
async def open_checkpoints(path: Where) -> AsyncIterator[AsyncSqliteSaver]:
    """The saver for `compile(checkpointer=…)`, on the file at `path`, which it shares with `open_store`.

    A graph's state may hold JSON values, times and the nouns of `workflow.model`. Any other class comes back from a
    checkpoint as the plain dict of its fields: nothing that a checkpoint names is imported or called.
    """
    # A tuple, and not None with an environment variable beside it: then the saver is strict whatever the process set.
    serializer = JsonPlusSerializer(allowed_msgpack_modules=tuple(_nouns(Noun)))
    async with connect(path, isolation="IMMEDIATE") as connection:
        saver = Saver(connection, serde=serializer)
        await saver.setup()
        yield saver


class Saver(AsyncSqliteSaver):
    """LangGraph's saver, which lets go of the file when a write is cut off.

    Cancelled between its write and its commit, the library's own leaves the transaction open, and with it the whole
    file locked against every other writer.
    """

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint, whole or not at all."""
        async with self._whole():
            return await super().aput(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Save what a node wrote, whole or not at all."""
        async with self._whole():
            await super().aput_writes(config, writes, task_id, task_path)

    @asynccontextmanager
    async def _whole(self) -> AsyncIterator[None]:
        try:
            yield
        except BaseException:
            # Under the lock, so that another writer's transaction is never the one that is undone.
            async with self.lock:
                await self.conn.rollback()
            raise


def _nouns(kind: type[Noun]) -> Iterator[type[Noun]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("workflow.model."):
            yield child
        yield from _nouns(child)
