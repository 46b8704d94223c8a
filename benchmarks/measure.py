"""What every benchmark reports: figures beside targets, and how times are taken together."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".tollgate" / "bench"
"""Where results and compiled files go; not under version control."""


@dataclass(frozen=True)
class Target:
    """A bound from the design's budgets: the row's ratio `at_most` it, or `at_least`."""

    bound: float
    sense: Literal["at_most", "at_least"]

    def met(self, ratio: float) -> bool:
        """Whether `ratio` is within it."""
        return ratio <= self.bound if self.sense == "at_most" else ratio >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.sense == 'at_most' else '≥'} {self.bound:g}"


@dataclass(frozen=True)
class Row:
    """One line of the table. `ours` and `theirs` are in `unit`, `theirs` is `against`; ratio and verdict follow."""

    section: str
    what: str
    unit: str
    ours: float | None
    against: str = ""
    theirs: float | None = None
    target: Target | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours over theirs."""
        return self.ours / self.theirs if self.ours is not None and self.theirs else None

    @property
    def verdict(self) -> str:
        """`met` or `missed`; empty where there is no target, `not measured` where there is no figure for one."""
        if self.target is None:
            return "" if self.ours is not None else "not measured"
        return "not measured" if self.ratio is None else "met" if self.target.met(self.ratio) else "missed"

    def json(self) -> dict[str, Any]:
        """With everything that follows from the fields."""
        return asdict(self) | {"ratio": self.ratio, "verdict": self.verdict}


def quantile(times: Sequence[float], share: float) -> float:
    """The value that `share` of the times do not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread(times: Sequence[float]) -> dict[str, float]:
    """p50 and p99, in the unit of the times."""
    return {"p50": round(statistics.median(times), 3), "p99": round(quantile(times, 0.99), 3)}


def timed(work: Callable[[], object]) -> float:
    """Microseconds of one call."""
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1e6


@contextmanager
def quiet_heap() -> Iterator[None]:
    """The garbage of what came before is gone, and what is alive is not searched again and again."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
