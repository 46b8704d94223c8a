"""Whether a model may be asked now: not while it does not answer, not before it said, not beyond its budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mcp_handlers.kernel.breaker import Breakers
from workflow.language.failing import reason, retry_after
from workflow.language.spending import MICROS, Hold, Meter, Price
from workflow.model.errors import CloudDown
from workflow.model.ports import Clock

MOST_WRITTEN = 8_192
"""Tokens that an answer may have, thoughts included. The Workload itself takes about 200."""


class NotAsked(Exception):
    """The model was left alone, and why."""


@dataclass
class Patience:
    """How one model has answered this process so far: its circuit, and until when it asked to be left alone."""

    circuit: Breakers
    rests_until: datetime | None = None


@dataclass(frozen=True)
class Asking:
    """One model's budget, which everybody shares, and its `patience`, which every reader of this process does."""

    model: str
    price: Price
    meter: Meter
    clock: Clock
    patience: Patience

    async def begin(self, prompt: str) -> Hold:
        """Leave to send `prompt`, with its greatest cost held. Raises NotAsked."""
        now = self.clock.now()
        rests = self.patience.rests_until
        if rests is not None and now < rests:
            raise NotAsked(f"it asked to be left alone until {rests:%H:%M:%S} UTC")
        # A token is at least one byte.
        hold = await self.meter.hold(self.price.of(len(prompt.encode()), MOST_WRITTEN))
        if hold is None:
            raise NotAsked(f"too little is left of its {self.meter.cents} cents a day")
        try:
            self.patience.circuit.admit("", now)
        except CloudDown as down:
            await self.meter.settle(hold, 0)
            raise NotAsked(f"it did not answer; asked again in {down.retry_after:.0f} s at the earliest") from None
        return hold

    async def answered(self, hold: Hold, tokens: tuple[int, int] | None) -> str:
        """Note an answer's tokens, read and written; the note for the record. Untold, the whole hold is spent."""
        self.patience.circuit.settle("", None, self.clock.now())
        cost = hold.micro_cents if tokens is None else self.price.of(*tokens)
        await self.meter.settle(hold, cost)
        told = "tokens untold" if tokens is None else f"{tokens[0]} tokens read, {tokens[1]} written"
        return (
            f"{self.model}: {told}, {cost / MICROS:.4f} cents;"
            f" {await self.meter.spent() / MICROS:.4f} of {self.meter.cents} today"
        )

    def failed(self, error: Exception) -> None:
        """Note a question without an answer. Unless it is settled, its hold stays spent: it may have been billed."""
        now = self.clock.now()
        if (pause := retry_after(error)) is not None:
            self.patience.rests_until = now + timedelta(seconds=pause)
        self.patience.circuit.settle("", CloudDown(reason(error)), now)
