"""The tables, as migrations that only ever run forward. `PRAGMA user_version` says how far a database has come.

A step that has been released is never edited: a change is a new step at the end.
"""

from __future__ import annotations

import aiosqlite

from workflow.model.errors import Terminal
from workflow.store.ledger import GENESIS

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            tenant TEXT NOT NULL,
            state TEXT NOT NULL,
            created_at TEXT NOT NULL,
            body TEXT NOT NULL
        )""",
        "CREATE INDEX runs_newest ON runs (created_at)",
        "CREATE INDEX runs_of_tenant ON runs (tenant, created_at)",
        """CREATE TABLE receipts (
            number INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            run TEXT NOT NULL,
            arguments_digest TEXT NOT NULL,
            body TEXT NOT NULL
        )""",
        "CREATE INDEX receipts_of_run ON receipts (run)",
        """CREATE TABLE reservations (
            number INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            run TEXT NOT NULL,
            tenant TEXT NOT NULL,
            project TEXT NOT NULL,
            cents INTEGER NOT NULL CHECK (cents >= 0),
            state TEXT NOT NULL CHECK (state IN ('held', 'settled', 'released')),
            at TEXT NOT NULL
        )""",
        "CREATE INDEX reservations_of_run ON reservations (run)",
        "CREATE INDEX reservations_of_tenant ON reservations (tenant, at)",
        """CREATE TABLE events (
            seq INTEGER PRIMARY KEY,
            run TEXT NOT NULL,
            tenant TEXT NOT NULL,
            kind TEXT NOT NULL,
            at TEXT NOT NULL,
            body TEXT NOT NULL,
            previous TEXT NOT NULL,
            hash TEXT NOT NULL
        )""",
        "CREATE INDEX events_of_run ON events (run, seq)",
        """CREATE TRIGGER events_keep BEFORE UPDATE ON events
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
        """CREATE TRIGGER events_stay BEFORE DELETE ON events
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
        # INSERT OR REPLACE takes a row away without asking the DELETE trigger.
        """CREATE TRIGGER events_once BEFORE INSERT ON events
            WHEN EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq)
            BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
        """CREATE TABLE ledger_head (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            seq INTEGER NOT NULL,
            hash TEXT NOT NULL
        )""",
        f"INSERT INTO ledger_head VALUES (1, 0, '{GENESIS}')",  # noqa: S608
    ),
)


async def migrate(connection: aiosqlite.Connection) -> None:
    """Bring the database up to date. To be called inside a write transaction, so that it happens once and whole.

    Raises Terminal for a database that a newer Tollgate has written.
    """
    rows = await connection.execute_fetchall("PRAGMA user_version")
    ((version,),) = rows
    if version > len(MIGRATIONS):
        raise Terminal(
            f"The store is at version {version}; this Tollgate knows versions up to {len(MIGRATIONS)}.",
            "Use the newer Tollgate that wrote it.",
        )
    for step in MIGRATIONS[version:]:
        for statement in step:
            await connection.execute(statement)
    if version < len(MIGRATIONS):
        await connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
