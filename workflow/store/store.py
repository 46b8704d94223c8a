"""The Store: every family of tables over one database, whichever engine is beneath."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from workflow.store.budget import BudgetStore
from workflow.store.database import Where
from workflow.store.events import LedgerStore
from workflow.store.migrate import migrate
from workflow.store.receipts import ReceiptStore
from workflow.store.runs import RunStore
from workflow.store.sqlite import open_sqlite


class Store(RunStore, ReceiptStore, BudgetStore, LedgerStore):
    """The Store port. Every method is one transaction; `open_store` makes one."""


@asynccontextmanager
async def open_store(where: Where) -> AsyncIterator[Store]:
    """The store in the SQLite file at `where`, brought up to date. A file that is not there is made.

    Raises Terminal where the database cannot be used or is newer than this code, Retryable where it is busy or gone.
    """
    async with open_sqlite(where) as database:
        await migrate(database)
        yield Store(database)
