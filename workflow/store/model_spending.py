"""The table of what the language model cost: one sum a day, added to by whoever asks."""

from __future__ import annotations

from datetime import date

from workflow.model.model_spending import ModelSpending
from workflow.store.database import OnDatabase


class ModelSpendingStore(OnDatabase, ModelSpending):
    """The ModelSpending port. A hold is one statement, so two processes cannot both take the last cent."""

    async def hold_model_money(self, day: date, micro_cents: int, limit: int) -> bool:
        """Add so much to the day's sum; False, and nothing added, where the sum would pass `limit`."""
        async with self._database.writing(f"model-{day}") as transaction:
            await transaction.rows(
                "INSERT INTO model_spending (day, micro_cents) VALUES (?, 0) ON CONFLICT (day) DO NOTHING",
                (day.isoformat(),),
            )
            held = await transaction.rows(
                "UPDATE model_spending SET micro_cents = micro_cents + ? WHERE day = ? AND micro_cents + ? <= ? "
                "RETURNING day",
                (micro_cents, day.isoformat(), micro_cents, limit),
            )
            return bool(held)

    async def settle_model_money(self, day: date, difference: int) -> None:
        """Correct the day's sum by what a question cost more (or, below zero, less) than was set aside for it."""
        async with self._database.writing(f"model-{day}") as transaction:
            await transaction.rows(
                "UPDATE model_spending SET micro_cents = micro_cents + ? WHERE day = ?", (difference, day.isoformat())
            )

    async def model_money_spent(self, day: date) -> int:
        """The day's sum, what is set aside included."""
        async with self._database.glancing() as transaction:
            rows = await transaction.rows("SELECT micro_cents FROM model_spending WHERE day = ?", (day.isoformat(),))
        return next((int(sum_) for (sum_,) in rows), 0)
