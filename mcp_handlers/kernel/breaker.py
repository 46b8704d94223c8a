"""Not asking again what does not answer: a circuit per region and service of one tool on one cloud.

Closed, calls pass. After `THRESHOLD` failures in a row it opens, and calls are refused at once for `PAUSE`. Then one
call is let through to see; if it is answered the circuit closes, if not another pause begins. The state is this
process's own: each instance of a function learns for itself, and forgets when it ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from workflow.model.errors import CloudDown, OutcomeUnknown, RegionDown, TollgateError

THRESHOLD = 5
PAUSE = timedelta(seconds=30)
MOST = 256
"""Circuits that are remembered. Regions are named by callers, so their number must have an end."""

Phase = Literal["closed", "half_open", "open"]
_FAILURES = (RegionDown, CloudDown, OutcomeUnknown)
"""What counts as no answer. Any other error is one: the cloud is there and says no."""


@dataclass(frozen=True)
class Circuit:
    """`failures` in a row so far, the last of `scope` cloud or region; `until` when calls are refused, once open."""

    failures: int = 0
    until: datetime | None = None
    cloud: bool = False

    def refuses(self, now: datetime) -> float:
        """Seconds for which calls are still refused; 0 where one may pass."""
        return 0.0 if self.until is None else max(0.0, (self.until - now).total_seconds())

    def probed(self, now: datetime) -> Circuit:
        """The circuit while a call is let through to see: closed to all others for another pause.

        A probe that never comes back therefore does not keep it shut for ever.
        """
        return self if self.until is None else Circuit(self.failures, now + PAUSE, self.cloud)

    def failed(self, error: TollgateError, now: datetime) -> Circuit:
        """The circuit after one more call without an answer."""
        failures = self.failures + 1
        return Circuit(failures, now + PAUSE if failures >= THRESHOLD else None, isinstance(error, CloudDown))


@dataclass(frozen=True)
class Standing:
    """A circuit that is not closed: `seconds` until a call is let through to see, 0 where the next one is."""

    region: str
    phase: Phase
    failures: int
    seconds: float


def _silent(circuit: str, phase: Phase) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Breakers:
    """The circuits of one tool on `cloud`, by region and service. `tell` hears of every change of phase."""

    cloud: str
    tell: Callable[[str, Phase], None] = _silent
    _circuits: dict[str, Circuit] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, region: str, now: datetime) -> None:
        """Let a call pass, or raise the RegionDown or CloudDown that opened the circuit, with when to ask again."""
        with self._lock:
            circuit = self._circuits.get(region)
            if circuit is None:
                return
            seconds = circuit.refuses(now)
            if not seconds:
                self._circuits[region] = circuit.probed(now)
        if seconds:
            kind = CloudDown if circuit.cloud else RegionDown
            place = self.cloud if circuit.cloud or not region else f"{self.cloud} {region}"
            raise kind(
                f"{place} has not answered {circuit.failures} times in a row and is not asked for {seconds:.0f} s.",
                retry_after=round(seconds, 3),
            )
        if circuit.until is not None:
            self.tell(region, "half_open")

    def standing(self, now: datetime) -> list[Standing]:
        """The circuits that are not closed, by region."""
        with self._lock:
            known = sorted(self._circuits.items())
        return [
            Standing(region, "open" if circuit.refuses(now) else "half_open", circuit.failures, circuit.refuses(now))
            for region, circuit in known
            if circuit.until is not None
        ]

    def settle(self, region: str, error: TollgateError | None, now: datetime) -> None:
        """Note how an admitted call ended: `error` None for an answer."""
        failed = isinstance(error, _FAILURES)
        with self._lock:
            before = self._circuits.pop(region, None)
            after = (before or Circuit()).failed(error, now) if failed and error is not None else None
            if after is not None:
                while len(self._circuits) >= MOST:
                    del self._circuits[next(iter(self._circuits))]
                self._circuits[region] = after
        if after is not None and after.until is not None:
            self.tell(region, "open")
        elif after is None and before is not None and before.until is not None:
            self.tell(region, "closed")
