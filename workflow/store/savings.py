"""The table of savings: what was found, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.model.deployment import OPEN, Saving, Savings
from workflow.model.ports import Event
from workflow.store import events
from workflow.store.database import OnDatabase
from workflow.store.ledger import utc_text


class SavingStore(OnDatabase, Savings):
    """The Savings port."""

    async def save_saving(self, saving: Saving, event: Event) -> bool:
        """Insert, or replace by id, and write the event. False, and nothing is written, where the deployment has
        another open one, or this one has ended."""
        fields = (
            saving.id, saving.deployment, saving.tenant, int(saving.state in OPEN), utc_text(saving.found_at),
            saving.model_dump_json(),
        )  # fmt: skip
        async with self._database.writing(f"savings {saving.deployment}") as transaction:
            others = "SELECT id FROM savings WHERE deployment = ? AND id <> ? AND is_open = 1"
            if saving.state in OPEN and await transaction.rows(others, (saving.deployment, saving.id)):
                return False
            kept = await transaction.rows(
                """INSERT INTO savings (id, deployment, tenant, is_open, found_at, body) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, body = excluded.body
                    WHERE savings.is_open = 1 RETURNING id""",
                fields,
            )
            if kept:
                await events.append(transaction, event)
            return bool(kept)

    async def get_saving(self, name: str) -> Saving | None:
        """The saving by its id, or None."""
        async with self._database.reading() as transaction:
            rows = await transaction.rows("SELECT body FROM savings WHERE id = ?", (name,))
        return next((Saving.model_validate_json(body) for (body,) in rows), None)

    async def list_savings(
        self,
        *,
        tenant: str | None = None,
        deployment: str | None = None,
        opened: bool = False,
        limit: int | None = None,
    ) -> Sequence[Saving]:
        """Newest first; `opened` leaves out those that have ended."""
        wanted = {"tenant": tenant, "deployment": deployment, "is_open": 1 if opened else None}
        asked = {column: value for column, value in wanted.items() if value is not None}
        where = " AND ".join(["id <> ''", *(f"{column} = ?" for column in asked)])
        most = "" if limit is None else " LIMIT ?"
        async with self._database.glancing() as transaction:
            rows = await transaction.rows(
                f"SELECT body FROM savings WHERE {where} ORDER BY found_at DESC, id DESC{most}",  # noqa: S608
                (*asked.values(), *(() if limit is None else (max(limit, 0),))),
            )
        return [Saving.model_validate_json(body) for (body,) in rows]
