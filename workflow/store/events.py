"""The ledger's table: append, read, prove. The functions expect to be in the caller's transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from workflow.model.errors import Terminal
from workflow.model.ports import Entry, Event, Ledger
from workflow.store.database import OnDatabase, Transaction, for_update
from workflow.store.ledger import Finding, Head, Line, Verification, entry, link, plain, verify

PAGE = 1000
"""Entries that are held in memory at once while the whole ledger is gone through."""

LEDGER = "ledger"
"""What stands for the run in entries about the ledger itself."""

EXPORTED, RETAINED = "ledger.exported", "ledger.retained"

_COLUMNS = "seq, run, tenant, kind, at, body, previous, hash"
_BEFORE_ALL = -(2**63)


async def append(transaction: Transaction, event: Event) -> Entry:
    """Write the event as the next entry and move the head. Whoever appends elsewhere waits for this transaction."""
    heads = await transaction.rows(f"SELECT seq, hash FROM ledger_head{for_update(transaction)}")  # noqa: S608
    if not heads:
        raise Terminal("The ledger's head is missing; nothing was written.", "Run `tollgate ledger verify`.")
    told = plain(event)
    line = link(Head(*heads[0]), told)
    await transaction.rows(f"INSERT INTO events ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", line)  # noqa: S608
    await transaction.rows("UPDATE ledger_head SET seq = ?, hash = ?", (line.seq, line.hash))
    # Not read from what was just written: of a run, the list of all offers is long.
    return Entry(seq=line.seq, event=told, previous=line.previous, hash=line.hash)


async def append_all(transaction: Transaction, events: Sequence[Event]) -> None:
    """Write the events in their order. To be done last: from here on everybody else's entries wait."""
    for event in events:
        await append(transaction, event)


async def read(transaction: Transaction, run: str | None, after: int, limit: int) -> list[Entry]:
    """Up to `limit` entries in order, from just after number `after`; of one run, or of all."""
    one_run, runs = ("", ()) if run is None else (" AND run = ?", (run,))
    return [entry(line) for line in await _lines(transaction, f"seq > ?{one_run}", (after, *runs), max(limit, 0))]


async def where(transaction: Transaction, condition: str, values: Sequence[Any]) -> list[Entry]:
    """All entries that meet a condition on the columns, in order."""
    return [entry(line) for line in await _lines(transaction, condition, values, -_BEFORE_ALL - 1)]


async def newest(transaction: Transaction, condition: str, values: Sequence[Any], limit: int) -> list[Entry]:
    """Up to `limit` entries that meet a condition on the columns, newest first."""
    return [entry(line) for line in await _lines(transaction, condition, values, max(limit, 0), "DESC")]


async def last_of_kind(transaction: Transaction, run: str, kind: str) -> Entry | None:
    """The newest entry of this kind about the run, or None."""
    found = await _lines(transaction, "run = ? AND kind = ?", (run, kind), 1, "DESC")
    return next((entry(line) for line in found), None)


async def pages(transaction: Transaction, after: int = _BEFORE_ALL) -> AsyncIterator[list[Line]]:
    """All entries in order, as they are stored, PAGE at a time."""
    while found := await _lines(transaction, "seq > ?", (after,), PAGE):
        yield found
        after = found[-1].seq


async def ends(transaction: Transaction) -> tuple[Head | None, Head | None]:
    """What the first entry follows, and the last entry, as they are kept beside the chain."""
    base = await transaction.rows("SELECT seq, hash FROM ledger_base")
    head = await transaction.rows("SELECT seq, hash FROM ledger_head")
    return Head(*base[0]) if base else None, Head(*head[0]) if head else None


async def prove(transaction: Transaction) -> Verification:
    """Prove the whole chain against its head, and that what is gone from its beginning was taken away by `retain`."""
    base, head = await ends(transaction)
    proved = await verify(pages(transaction), head, base)
    if base is None or base.seq == 0 or proved.finding:
        return proved
    told = await last_of_kind(transaction, LEDGER, RETAINED)
    if told and (told.event.body.get("through"), told.event.body.get("hash")) == base:
        return proved
    finding = Finding(seq=base.seq, reason=f"the rows up to row {base.seq} are gone, and no entry says why")
    return proved.model_copy(update={"finding": finding})


async def _lines(
    transaction: Transaction, where: str, values: Sequence[Any], limit: int, order: str = "ASC"
) -> list[Line]:
    rows = await transaction.rows(
        f"SELECT {_COLUMNS} FROM events WHERE {where} ORDER BY seq {order} LIMIT ?",  # noqa: S608
        (*values, limit),
    )
    return [Line(*row) for row in rows]


class LedgerStore(OnDatabase, Ledger):
    """The Ledger port."""

    async def append(self, event: Event) -> Entry:
        """Add to the ledger, chained to the entry before. BadRequest for an event that JSON cannot carry."""
        async with self._database.writing("ledger") as transaction:
            return await append(transaction, event)

    async def entries(self, *, run: str | None = None, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Ledger entries in order, from just after sequence number `after`."""
        async with self._database.glancing() as transaction:
            return await read(transaction, run, after, limit)

    async def verify_ledger(self) -> Verification:
        """Prove the whole chain against its head, from one consistent view, while others go on writing."""
        async with self._database.surveying() as transaction:
            return await prove(transaction)
