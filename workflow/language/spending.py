"""What asking a model costs, and a day's budget for it. Costs are integer micro-cents, so that small ones add up."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date

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


class Meter:
    """What this process spent on a model today (UTC), against `cents` a day. Safe between threads.

    The most that a question can cost is held before it is asked, so questions asked together cannot overspend.
    """

    def __init__(self, cents: int, clock: Clock) -> None:
        self.cents = cents
        self._clock = clock
        self._lock = threading.Lock()
        self._day = clock.now().date()
        self._spent = 0

    def hold(self, micro_cents: int) -> Hold | None:
        """Set so much aside; None where less than that is left of the day's budget."""
        with self._lock:
            self._turn()
            if self._spent + micro_cents > self.cents * MICROS:
                return None
            self._spent += micro_cents
            return Hold(self._day, micro_cents)

    def settle(self, hold: Hold, micro_cents: int) -> None:
        """What it did cost instead. A hold that is never settled counts as spent: the answer may have been billed."""
        with self._lock:
            self._turn()
            if hold.day == self._day:
                self._spent += micro_cents - hold.micro_cents

    def spent(self) -> int:
        """Micro-cents of today, holds included."""
        with self._lock:
            self._turn()
            return self._spent

    def _turn(self) -> None:
        """Another day, another budget."""
        today = self._clock.now().date()
        if today != self._day:
            self._day, self._spent = today, 0
