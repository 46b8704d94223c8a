"""Where a model's cost is kept, in memory: the ModelSpending port as the store has it, without a database."""

from __future__ import annotations

from collections import Counter
from datetime import date

from workflow.model.model_spending import ModelSpending


class ModelMoney(ModelSpending):
    """One sum a day."""

    def __init__(self) -> None:
        self.days: Counter[date] = Counter()

    async def hold_model_money(self, day: date, micro_cents: int, limit: int) -> bool:
        if self.days[day] + micro_cents > limit:
            return False
        self.days[day] += micro_cents
        return True

    async def settle_model_money(self, day: date, difference: int) -> None:
        self.days[day] += difference

    async def model_money_spent(self, day: date) -> int:
        return self.days[day]
