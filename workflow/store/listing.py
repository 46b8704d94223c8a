"""The store's part of reading page by page: each method one statement, but for requests and their words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workflow.model.listing import NEWEST, Listings, Numbered, RunFilter, RunPlace
from workflow.model.ports import Entry
from workflow.model.run import Run
from workflow.store import asked, events
from workflow.store.database import OnDatabase, Transaction
from workflow.store.ledger import utc_text


def _text(transaction: Transaction, *path: str) -> str:
    """The SQL for a text within a row's body."""
    if transaction.engine == "postgres":
        return f"(body::jsonb #>> '{{{','.join(path)}}}')"
    return f"json_extract(body, '$.{'.'.join(path)}')"


class ListingStore(OnDatabase, Listings):
    """The Listings port."""

    async def page_runs(
        self, tenant: str, wanted: RunFilter, *, before: RunPlace | None = None, limit: int = 50
    ) -> Sequence[Run]:
        """Up to `limit` runs from just after the place."""
        # No index has what is filtered by: it may go through all that the tenant ever had.
        async with self._database.reading() as transaction:
            name = 'id COLLATE "C"' if transaction.engine == "postgres" else "id"
            conditions = {
                "state = ?": wanted.state,
                f"{_text(transaction, 'request', 'project')} = ?": wanted.project,
                f"{_text(transaction, 'request', 'principal', 'id')} = ?": wanted.requester,
                f"{_text(transaction, 'request', 'principal', 'channel')} = ?": wanted.channel,
            }
            asked_for = {condition: value for condition, value in conditions.items() if value}
            values: list[object] = [tenant, *asked_for.values()]
            after = ""
            if before is not None:
                at = utc_text(before.at)
                after, more = f" AND (created_at < ? OR (created_at = ? AND {name} < ?))", [at, at, before.run]
                values += more
            where = " AND ".join(["tenant = ?", *asked_for])
            rows = await transaction.rows(
                f"SELECT body FROM runs WHERE {where}{after} ORDER BY created_at DESC, {name} DESC LIMIT ?",  # noqa: S608
                (*values, max(limit, 0)),
            )
        return [Run.model_validate_json(body) for (body,) in rows]

    async def page_approvals(
        self, tenant: str, *, waiting_at: datetime | None = None, before: int = NEWEST, limit: int = 50
    ) -> Sequence[Numbered]:
        """Up to `limit` requests from just after the number; with `waiting_at`, those that wait at that moment."""
        waiting, at = (
            ("", ()) if waiting_at is None else (" AND closed = '' AND expires_at > ?", (utc_text(waiting_at),))
        )
        async with self._database.reading() as transaction:
            rows = await transaction.rows(
                f"SELECT rowid, id FROM approvals WHERE tenant = ? AND rowid < ?{waiting} ORDER BY rowid DESC LIMIT ?",  # noqa: S608
                (tenant, before, *at, max(limit, 0)),
            )
            return [Numbered(number, await asked.get(transaction, name)) for number, name in rows]

    async def page_entries(
        self, tenant: str, *, kinds: Sequence[str] = (), before: int = NEWEST, limit: int = 50
    ) -> Sequence[Entry]:
        """Up to `limit` ledger entries with smaller numbers, of these kinds or of all."""
        of_kind = f" AND kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
        async with self._database.glancing() as transaction:
            return await events.newest(transaction, f"tenant = ? AND seq < ?{of_kind}", (tenant, before, *kinds), limit)
