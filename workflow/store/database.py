"""A database as the store sees it: transactions that take one portable SQL, whichever engine is beneath.

Portable means: `?` for values, `RETURNING` instead of counting rows, `rowid` for the order of arrival, text in UTC ISO
8601 for times, whole numbers of 64 bits, and no function that only one engine has.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Literal, Protocol

from workflow.model.errors import BadRequest

Where = str | Path
"""A SQLite file's path, or the URL of a PostgreSQL database."""


class Transaction(Protocol):
    """What is done in it is kept whole or not at all."""

    @property
    def engine(self) -> Literal["sqlite", "postgres"]:
        """For the few statements that cannot be portable."""

    async def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one statement with `?` placeholders. Empty where it gives no rows."""


class Database(Protocol):
    """Hands out transactions, to several tasks at once. Raises Retryable where it is busy or gone for a while, and
    Terminal where trying again cannot help; nothing of the transaction is kept then."""

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that sees one state of the database, and does not wait for writers elsewhere."""

    def glancing(self) -> AbstractAsyncContextManager[Transaction]:
        """As `reading`, for one quick statement, which needs no beginning and no end of its own. A second one raises
        RuntimeError: it might see another state."""

    def writing(self, *names: str) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that is alone in the whole database.

        With `names` it is alone only among those that give one of the same names, where the engine can do that:
        PostgreSQL can, SQLite has one writer. Everything that the transaction reads in order to decide must then be
        written under these names only, or be locked by its own statement.
        """

    def surveying(self) -> AbstractAsyncContextManager[Transaction]:
        """As `reading`, apart from everything else that goes on, however long it takes.

        Text that is no UTF-8 arrives with surrogates instead of failing.
        """


def is_url(where: Where) -> bool:
    """Whether `where` is a PostgreSQL database, and not a file. Raises BadRequest for another kind of URL."""
    if "://" not in str(where):
        return False
    if not str(where).startswith(("postgresql://", "postgres://")):
        raise BadRequest(
            "The store's database is neither a file's path nor a postgresql:// URL.", "Correct TOLLGATE_DATABASE_URL."
        )
    return True


class OnDatabase:
    """One family of tables on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database


def for_update(transaction: Transaction) -> str:
    """The words that lock the selected rows to the transaction's end. SQLite's writer is alone anyway."""
    return " FOR UPDATE" if transaction.engine == "postgres" else ""
