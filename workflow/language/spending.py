"""What asking a model costs, and a day's budget for it. Costs are integer micro-cents, so that small ones add up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflow.model.model_spending import ModelSpending
from workflow.model.ports import Clock

MICROS = 1_000_000
"""Micro-cents in a cent."""


@dataclass(frozen=True)
class Price:
    """Cents per million tokens, read and written; thoughts count as written."""

    read: int
    written: int

    def of(self, read: int, written: int) -> int:
        """Micro-cents for so many tokens."""
        return read * self.read + written * self.written


@dataclass(frozen=True)
class Hold:
    """Money set aside for one question until its cost is known."""

    day: date
    micro_cents: int


@dataclass(frozen=True)
class Meter:
    """What everybody together spent on a model today (UTC), against `cents` a day.

    The most that a question can cost is held before it is asked, so questions asked together cannot overspend, in one
    process or in many. A hold that is never settled counts as spent: the answer may have been billed.
    """

    cents: int
    clock: Clock
    kept: ModelSpending

    async def hold(self, micro_cents: int) -> Hold | None:
        """Set so much aside; None where less than that is left of the day's budget."""
        day = self.clock.now().date()
        held = await self.kept.hold_model_money(day, micro_cents, self.cents * MICROS)
        return Hold(day, micro_cents) if held else None

    async def settle(self, hold: Hold, micro_cents: int) -> None:
        """What it did cost instead, on the day on which it was held."""
        if micro_cents != hold.micro_cents:
            await self.kept.settle_model_money(hold.day, micro_cents - hold.micro_cents)

    async def spent(self) -> int:
        """Micro-cents of today, holds included."""
        return await self.kept.model_money_spent(self.clock.now().date())
