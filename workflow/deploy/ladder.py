"""What the gate's answers at some prices say about other prices, all else being equal.

What it lets through at one price it lets through at a lower one, and what it objects to at two prices it objects to
between them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workflow.deploy.precedents import REFUSED_MONEY, Violations, of_kind
from workflow.model.decision import Decision
from workflow.model.money import cents, usd


@dataclass
class Ladder:
    """Answers by price, in microdollars, for one set of tools and one length of stay."""

    allowed: Decision | None = None
    """The gate's yes to the dearest price that it said yes to without objection."""
    _upto: int = -1
    _refused: dict[int, Violations] = field(default_factory=dict)

    def answered(self, total: int, decision: Decision) -> None:
        """Note what the gate said at this price. A decision for which a person is asked refuses nothing."""
        self._refused[total] = of_kind(decision, REFUSED_MONEY) if decision.verdict == "deny" else ()
        if decision.allowed and total > self._upto:
            self.allowed, self._upto = decision, total

    def lets_through(self, total: int) -> bool:
        """True where it said yes to as much or more."""
        return total <= self._upto

    def refuses(self, total: int) -> Violations | None:
        """What the gate objects to at this price in a call that it denies; None where that does not follow."""
        below = max((price for price in self._refused if price <= total), default=None)
        above = min((price for price in self._refused if price >= total), default=None)
        if above is None:
            return None
        if not self._refused[above]:
            return ()
        if below is None or _codes(self._refused[below]) != _codes(self._refused[above]):
            return None
        return tuple(
            v if below == total else v.model_copy(update={"message": f"Already at {usd(cents(below))}: {v.message}"})
            for v in self._refused[below]
        )


def _codes(violations: Violations) -> list[str]:
    return [v.code for v in violations]
