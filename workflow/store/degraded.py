"""The table of clouds that are degraded. It is short, and read before every allocation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workflow.model.outage import Degraded, Outages
from workflow.model.ports import Event
from workflow.store import events
from workflow.store.database import OnDatabase, Transaction

_ALONE = "degraded"


class DegradedStore(OnDatabase, Outages):
    """The Outages port."""

    async def list_degraded(self) -> Sequence[Degraded]:
        """By name."""
        async with self._database.glancing() as transaction:
            rows = await transaction.rows("SELECT body FROM degraded ORDER BY cloud")
        return [Degraded.model_validate_json(body) for (body,) in rows]

    async def mark_degraded(self, outage: Degraded, event: Event) -> bool:
        """Keep it; False where the cloud is degraded already, and its row of good probes begins again."""
        async with self._database.writing(_ALONE) as transaction:
            kept = await _get(transaction, outage.cloud)
            if kept is not None:
                await _put(transaction, kept.model_copy(update={"good": 0, "good_since": None}))
                return False
            await transaction.rows(
                "INSERT INTO degraded (cloud, body) VALUES (?, ?)", (outage.cloud, outage.model_dump_json())
            )
            await events.append(transaction, event)
            return True

    async def note_probe(self, cloud: str, at: datetime, *, answered: bool) -> Degraded | None:
        """Keep a probe and return what is kept now; None where the cloud is not degraded."""
        async with self._database.writing(_ALONE) as transaction:
            kept = await _get(transaction, cloud)
            if kept is None:
                return None
            after = kept.after(at, answered=answered)
            await _put(transaction, after)
            return after

    async def mark_restored(self, cloud: str, event: Event) -> bool:
        """Take the cloud back; False where it was not degraded."""
        async with self._database.writing(_ALONE) as transaction:
            gone = bool(await transaction.rows("DELETE FROM degraded WHERE cloud = ? RETURNING cloud", (cloud,)))
            if gone:
                await events.append(transaction, event)
            return gone


async def _get(transaction: Transaction, cloud: str) -> Degraded | None:
    rows = await transaction.rows("SELECT body FROM degraded WHERE cloud = ?", (cloud,))
    return next((Degraded.model_validate_json(body) for (body,) in rows), None)


async def _put(transaction: Transaction, outage: Degraded) -> None:
    await transaction.rows("UPDATE degraded SET body = ? WHERE cloud = ?", (outage.model_dump_json(), outage.cloud))
