"""The table of what came in at the doors, so that the same bytes are not believed twice."""

from __future__ import annotations

from datetime import datetime

from workflow.model.answering import Deliveries
from workflow.store.database import OnDatabase
from workflow.store.ledger import utc_text


class DeliveryStore(OnDatabase, Deliveries):
    """The Deliveries port."""

    async def note_delivery(self, door: str, nonce: str, now: datetime, expires: datetime) -> bool:
        """Remember it; False where it came before. What has expired is forgotten."""
        async with self._database.writing(f"delivery {door} {nonce}") as transaction:
            new = await transaction.rows(
                "INSERT INTO deliveries (door, nonce, expires_at) VALUES (?, ?, ?) "
                "ON CONFLICT DO NOTHING RETURNING nonce",
                (door, nonce, utc_text(expires)),
            )
            await transaction.rows("DELETE FROM deliveries WHERE expires_at < ?", (utc_text(now),))
            return bool(new)
