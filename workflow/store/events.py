"""The ledger's table: append, read, prove. The functions that take a connection expect to be in a transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import aiosqlite

from workflow.model.errors import Terminal
from workflow.model.ports import Entry, Event
from workflow.store.connection import StorePath, failed
from workflow.store.ledger import Head, Line, Verification, entry, link, verify

_COLUMNS = "seq, run, tenant, kind, at, body, previous, hash"


async def append(connection: aiosqlite.Connection, event: Event) -> Entry:
    """Write the event as the next entry and move the head, in the caller's write transaction."""
    heads = list(await connection.execute_fetchall("SELECT seq, hash FROM ledger_head"))
    if not heads:
        raise Terminal("The ledger's head is missing; nothing was written.", "Run `tollgate ledger verify`.")
    line = link(Head(*heads[0]), event)
    await connection.execute(f"INSERT INTO events ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", line)  # noqa: S608
    await connection.execute("UPDATE ledger_head SET seq = ?, hash = ?", (line.seq, line.hash))
    return entry(line)


async def read(connection: aiosqlite.Connection, run: str | None, after: int, limit: int) -> list[Entry]:
    """Up to `limit` entries in order, from just after number `after`; of one run, or of all."""
    one_run, runs = ("", ()) if run is None else (" AND run = ?", (run,))
    rows = await connection.execute_fetchall(
        f"SELECT {_COLUMNS} FROM events WHERE seq > ?{one_run} ORDER BY seq LIMIT ?",  # noqa: S608
        (after, *runs, max(limit, 0)),
    )
    return [entry(Line(*row)) for row in rows]


async def last_of_kind(connection: aiosqlite.Connection, run: str, kind: str) -> Entry | None:
    """The newest entry of this kind about the run, or None."""
    rows = await connection.execute_fetchall(
        f"SELECT {_COLUMNS} FROM events WHERE run = ? AND kind = ? ORDER BY seq DESC LIMIT 1",  # noqa: S608
        (run, kind),
    )
    return next((entry(Line(*row)) for row in rows), None)


async def verify_file(path: StorePath) -> Verification:
    """Prove the ledger in the file, from one consistent view of it, while others may go on writing."""
    return await asyncio.to_thread(_verify_file, path)


def _verify_file(path: StorePath) -> Verification:
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as connection:
            # Bytes that are no UTF-8 must reach the verifier instead of stopping the reader.
            connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            connection.execute("BEGIN")
            head = connection.execute("SELECT seq, hash FROM ledger_head").fetchone()
            rows: Iterable[tuple[int, str, str, str, str, str, str, str]] = connection.execute(
                f"SELECT {_COLUMNS} FROM events ORDER BY seq"  # noqa: S608
            )
            return verify((Line(*row) for row in rows), Head(*head) if head else None)
    except sqlite3.Error as error:
        raise failed(error, f"The ledger in {path} could not be read") from error
