"""Taking the ledger out, and then away: exports, and what may go from its beginning because it was exported."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from workflow.model.base import Noun
from workflow.model.errors import BadRequest, Terminal
from workflow.model.ports import Event
from workflow.store import events
from workflow.store.database import OnDatabase, Transaction
from workflow.store.export import new_file
from workflow.store.ledger import Head, follow, utc_text

MOST = 1_000_000
"""Exports that are looked through."""


class Exported(Noun):
    """Entries `after` + 1 to `through`, whose hash is `hash`, lie in a file with this SHA-256."""

    after: int
    through: int
    hash: str
    sha256: str


class Retained(Noun):
    """Entries `after` + 1 to `through` were taken away; none where the two are the same. `kept_for` is the run that
    lives and still needs the next entry, if that is why no more went."""

    after: int
    through: int
    kept_for: str = ""


class ArchiveStore(OnDatabase):
    """Export and retention of the ledger."""

    async def export_ledger(self, path: Path, since: datetime | None, *, by: str, now: datetime) -> Exported:
        """Write the entries since that time, or all, to a new file, and an entry that says so to the ledger.

        BadRequest where the file exists or there is nothing since then; Terminal where the chain is broken.
        """
        async with self._database.surveying() as transaction:
            after, through = await _span(transaction, since)
            with new_file(path, after, through) as file:
                last = after
                async for page in events.pages(transaction, after.seq):
                    last, found = follow(page, last)
                    if found:
                        raise Terminal(f"The ledger is broken: {found.reason}.", "See `tollgate ledger verify`.")
                    file.add(page)
                digest = file.finish()
        done = Exported(after=after.seq, through=through.seq, hash=through.hash, sha256=digest)
        async with self._database.writing("ledger") as transaction:
            await events.append(transaction, _event(events.EXPORTED, done.model_dump() | {"by": by}, now))
        return done

    async def retain_ledger(self, before: datetime, *, by: str, now: datetime) -> Retained:
        """Take away the entries before that time, up to the first that a living run needs, and write down that it was
        done. BadRequest, and everything stays, where some of them were never exported."""
        async with self._database.writing() as transaction:
            base, head = await _both_ends(transaction)
            first = await _number(transaction, "SELECT MIN(seq) FROM events WHERE at >= ?", utc_text(before))
            wanted = head.seq if first is None else first - 1
            through, kept_for = await _until_living(transaction, wanted)
            if through <= base.seq:
                return Retained(after=base.seq, through=base.seq, kept_for=kept_for)
            covered = await _covered(transaction, base.seq)
            if covered < through:
                raise BadRequest(
                    f"The entries {covered + 1} to {through} were never exported; nothing was taken away.",
                    "Export them first: `tollgate ledger export FILE`.",
                )
            done = Retained(after=base.seq, through=through, kept_for=kept_for)
            await _take_away(transaction, done, {"before": utc_text(before), "by": by}, now)
            return done


async def _take_away(transaction: Transaction, what: Retained, why: dict[str, str], now: datetime) -> None:
    ((digest,),) = await transaction.rows("SELECT hash FROM events WHERE seq = ?", (what.through,))
    body = {"after": what.after, "through": what.through, "hash": digest, **why}
    await events.append(transaction, _event(events.RETAINED, body, now))
    await transaction.rows("UPDATE ledger_base SET seq = ?, hash = ?", (what.through, digest))
    await transaction.rows("DELETE FROM events WHERE seq <= ?", (what.through,))


async def _span(transaction: Transaction, since: datetime | None) -> tuple[Head, Head]:
    base, head = await _both_ends(transaction)
    if since is not None:
        first = await _number(transaction, "SELECT MIN(seq) FROM events WHERE at >= ?", utc_text(since))
        before = head.seq if first is None else first - 1
        found = await transaction.rows("SELECT seq, hash FROM events WHERE seq = ?", (before,))
        base = Head(*found[0]) if found else base
    if base == head:
        raise BadRequest("There is nothing to export.", "Name an earlier time with --since, or none.")
    return base, head


async def _both_ends(transaction: Transaction) -> tuple[Head, Head]:
    base, head = await events.ends(transaction)
    if base is None or head is None:
        raise Terminal("The ledger's base or head is missing; nothing was done.", "Run `tollgate ledger verify`.")
    return base, head


async def _until_living(transaction: Transaction, through: int) -> tuple[int, str]:
    rows = await transaction.rows(
        """SELECT events.seq, events.run FROM events JOIN runs ON runs.id = events.run
            WHERE runs.state IN ('running', 'waiting') AND events.seq <= ? ORDER BY events.seq LIMIT 1""",
        (through,),
    )
    return (rows[0][0] - 1, rows[0][1]) if rows else (through, "")


async def _covered(transaction: Transaction, base: int) -> int:
    """The last entry up to which everything after `base` lies in exports."""
    told = [entry.event for entry in await events.read(transaction, events.LEDGER, 0, MOST)]
    spans = [(event.body["after"], event.body["through"]) for event in told if event.kind == events.EXPORTED]
    for after, through in sorted(spans):
        if after <= base < through:
            base = through
    return base


async def _number(transaction: Transaction, sql: str, value: str) -> int | None:
    ((found,),) = await transaction.rows(sql, (value,))
    return None if found is None else int(found)


def _event(kind: str, body: dict[str, object], now: datetime) -> Event:
    return Event(run=events.LEDGER, tenant="", kind=kind, body=body, at=now)
