"""The fence: of all that ever held a run, only the newest writes.

The number is checked in the very transaction that writes, with the run's row locked, so nobody can take the run
between the check and the commit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from workflow.model.errors import LeaseLost
from workflow.store.database import Database, Transaction, for_update

CHECK = "SELECT token FROM leases WHERE run = ?"


def insist(run: str, token: int, found: object) -> None:
    """Raise LeaseLost unless `found`, the run's number in the database, is `token`."""
    if found != token:
        raise LeaseLost(f"Run {run} was taken over by another process; this one has written nothing more.")


async def check(transaction: Transaction, run: str, token: int) -> None:
    """Raise LeaseLost unless the run is in this hand; its row stays locked to the transaction's end."""
    rows = await transaction.rows(f"{CHECK}{for_update(transaction)}", (run,))
    insist(run, token, rows[0][0] if rows else None)


@dataclass(frozen=True)
class Fenced:
    """A database whose writing transactions begin with the check."""

    database: Database
    run: str
    token: int

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """As the database beneath."""
        return self.database.reading()

    def glancing(self) -> AbstractAsyncContextManager[Transaction]:
        """As the database beneath."""
        return self.database.glancing()

    def surveying(self) -> AbstractAsyncContextManager[Transaction]:
        """As the database beneath."""
        return self.database.surveying()

    @asynccontextmanager
    async def writing(self, *names: str) -> AsyncIterator[Transaction]:
        """As the database beneath, if the run is still in this hand. Raises LeaseLost."""
        async with self.database.writing(*names) as transaction:
            await check(transaction, self.run, self.token)
            yield transaction
