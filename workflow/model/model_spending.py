"""What asking a language model has cost, day by day, for every process that asks: where that is kept."""

from __future__ import annotations

from datetime import date
from typing import Protocol


class ModelSpending(Protocol):
    """Micro-cents (a millionth of a cent) spent or set aside on a day (UTC), by all processes together."""

    async def hold_model_money(self, day: date, micro_cents: int, limit: int) -> bool:
        """Add so much to the day's sum; False, and nothing added, where the sum would pass `limit`."""

    async def settle_model_money(self, day: date, difference: int) -> None:
        """Correct the day's sum by what a question cost more (or, below zero, less) than was set aside for it."""

    async def model_money_spent(self, day: date) -> int:
        """The day's sum, what is set aside included."""
