"""Whether a model may be asked now: not while it does not answer, not before it said, not beyond its budget."""

from __future__ import annotations

from dataclasses import dataclass, field
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
class Asking:
    """One model's circuit, pause and budget, shared by every reader of this process."""

    model: str
    price: Price
    meter: Meter
    clock: Clock
    _circuit: Breakers = field(init=False)
    _rests_until: datetime | None = None

    def __post_init__(self) -> None:
        self._circuit = Breakers(self.model)

    def begin(self, prompt: str) -> Hold:
        """Leave to send `prompt`, with its greatest cost held. Raises NotAsked."""
        now = self.clock.now()
        if self._rests_until is not None and now < self._rests_until:
            raise NotAsked(f"it asked to be left alone until {self._rests_until:%H:%M:%S} UTC")
        # A token is at least one byte.
        hold = self.meter.hold(self.price.of(len(prompt.encode()), MOST_WRITTEN))
        if hold is None:
            raise NotAsked(f"too little is left of its {self.meter.cents} cents a day")
        try:
            self._circuit.admit("", now)
        except CloudDown as down:
            self.meter.settle(hold, 0)
            raise NotAsked(f"it did not answer; asked again in {down.retry_after:.0f} s at the earliest") from None
        return hold

    def answered(self, hold: Hold, tokens: tuple[int, int] | None) -> str:
        """Note an answer's tokens, read and written; the note for the record. Untold, the whole hold is spent."""
        self._circuit.settle("", None, self.clock.now())
        cost = hold.micro_cents if tokens is None else self.price.of(*tokens)
        self.meter.settle(hold, cost)
        told = "tokens untold" if tokens is None else f"{tokens[0]} tokens read, {tokens[1]} written"
        return (
            f"{self.model}: {told}, {cost / MICROS:.4f} cents;"
            f" {self.meter.spent() / MICROS:.4f} of {self.meter.cents} today"
        )

    def failed(self, error: Exception, hold: Hold, *, billed: bool) -> None:
        """Note a question without an answer; where it may have been `billed`, its hold stays spent."""
        now = self.clock.now()
        if not billed:
            self.meter.settle(hold, 0)
        if (pause := retry_after(error)) is not None:
            self._rests_until = now + timedelta(seconds=pause)
        self._circuit.settle("", CloudDown(reason(error)), now)
