"""Where LangGraph keeps a run's place: its own tables in the store's database, through a connection of its own.

LangGraph commits in the middle of what it does, so it cannot share the store's connection.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from workflow.model.base import Noun
from workflow.model.lease import FENCE
from workflow.store.database import Where, is_url
from workflow.store.fence import CHECK, insist
from workflow.store.sqlite import Connection, connect, failed

T = TypeVar("T")


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
        async with connect(where) as connection:
            file = Saver(connection, serde=serializer)
            await connection.wait_for(file.setup)
            yield file


class Saver(SqliteSaver):
    """LangGraph's saver for a file, each of whose calls is one order to the connection's thread.

    The library's own for asyncio gives a thread five or six orders for each write and, cancelled between its write and
    its commit, leaves the file locked against every other writer. Here a write is whole or not at all, and nothing is
    written behind the fence.
    """

    def __init__(self, connection: Connection, *, serde: SerializerProtocol) -> None:
        super().__init__(connection.raw, serde=serde)
        self._connection = connection
        self._under: RunnableConfig = {}
        """What the write that is under way on the thread is configured with."""

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The run's last checkpoint, or the one that `config` names."""
        return await self._wait_for(self.get_tuple, config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 - the library's name
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """Checkpoints, newest first."""
        found = partial(self.list, config, filter=filter, before=before, limit=limit)
        for one in await self._wait_for(lambda: [*found()]):
            yield one

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint."""
        return await self._wait_for(self._fenced, self.put, config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Save what a node wrote."""
        await self._wait_for(self._fenced, self.put_writes, config, writes, task_id, task_path)

    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[sqlite3.Cursor]:
        """The library works with this: in a transaction of its own, which begins with the fence, where it writes."""
        with self.lock:
            try:
                if transaction:
                    self.conn.execute("BEGIN IMMEDIATE")
                    self._check(self._under.get("configurable", {}))
                yield self.conn.cursor()
                self.conn.commit()
            except BaseException:
                self.conn.rollback()
                raise

    def _fenced(self, write: Callable[..., T], config: RunnableConfig, *given: object) -> T:
        # The library hands its cursor no configuration, and the thread does one thing at a time.
        self._under = config
        try:
            return write(config, *given)
        finally:
            self._under = {}

    def _check(self, configurable: dict[str, Any]) -> None:
        if FENCE in configurable:
            run = configurable["thread_id"]
            row = self.conn.execute(CHECK, (run,)).fetchone()
            insist(run, configurable[FENCE], row and row[0])

    async def _wait_for(self, order: Callable[..., T], *given: object) -> T:
        try:
            return await self._connection.wait_for(order, *given)
        except sqlite3.Error as error:
            raise failed(error, "The run's place could not be kept or read") from error


def _nouns(kind: type[Noun]) -> Iterator[type[Noun]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("workflow.model."):
            yield child
        yield from _nouns(child)
