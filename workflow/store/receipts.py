"""The receipts' table. The functions expect to be in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.model.errors import BadRequest
from workflow.model.ports import Event, Receipts
from workflow.model.resource import Receipt
from workflow.store import budget, deployments, events
from workflow.store.database import OnDatabase, Transaction


async def get(transaction: Transaction, key: str) -> Receipt | None:
    """The receipt by its effect's key, or None."""
    rows = await transaction.rows("SELECT body FROM receipts WHERE key = ?", (key,))
    return next((Receipt.model_validate_json(body) for (body,) in rows), None)


async def keep(transaction: Transaction, receipt: Receipt, told: Sequence[Event]) -> Receipt:
    """As the port's `save_receipt`."""
    kept = await get(transaction, receipt.key)
    if kept and kept.arguments_digest != receipt.arguments_digest:
        raise BadRequest(f"The receipt {receipt.key} was kept for other arguments.")
    if kept:
        return kept
    await transaction.rows(
        "INSERT INTO receipts (key, run, arguments_digest, body) VALUES (?, ?, ?, ?)",
        (receipt.key, receipt.run, receipt.arguments_digest, receipt.model_dump_json()),
    )
    await budget.settle(transaction, receipt.key)
    await deployments.gone(transaction, receipt)
    await events.append_all(transaction, told)
    return receipt


async def of_run(transaction: Transaction, run: str) -> list[Receipt]:
    """A run's receipts in the order they were kept."""
    rows = await transaction.rows("SELECT body FROM receipts WHERE run = ? ORDER BY number", (run,))
    return [Receipt.model_validate_json(body) for (body,) in rows]


class ReceiptStore(OnDatabase, Receipts):
    """The Receipts port."""

    async def save_receipt(self, receipt: Receipt, events: Sequence[Event] = ()) -> Receipt:
        """Keep a receipt, settle its money and write the events. The same key again returns the one kept first, and
        changes nothing; BadRequest if its arguments differ."""
        async with self._database.writing(f"receipt {receipt.key}", f"reservation {receipt.key}") as transaction:
            return await keep(transaction, receipt, events)

    async def get_receipt(self, key: str) -> Receipt | None:
        """The receipt by its effect's key, or None."""
        async with self._database.glancing() as transaction:
            return await get(transaction, key)

    async def list_receipts(self, run: str) -> Sequence[Receipt]:
        """A run's receipts in the order they were kept."""
        async with self._database.glancing() as transaction:
            return await of_run(transaction, run)
