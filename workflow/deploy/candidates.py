"""The allocator's decision: judged candidates into ranked ones and the one to take. Pure.

What is compliant is ranked by expected bill plus expected rework; an offer that needs nobody's approval goes before one
that does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mcp_handlers.tools.get_cost_estimate import Priced
from workflow.model.base import Noun
from workflow.model.decision import Decision, Violation
from workflow.model.money import cents, usd
from workflow.model.run import Savings


class Candidate(Noun):
    """An offer with the gate's verdict on the plan that would take it. `why` says what stood against it."""

    priced: Priced
    decision: Decision
    asked: bool = True
    """False where the verdict follows from the gate's answers about other offers."""
    quota: str = ""
    """What the quota lacks; empty where it suffices or was not asked."""

    @property
    def compliant(self) -> bool:
        """True where the gate would let it through, by itself or with a person's yes."""
        return self.decision.verdict != "deny"

    @property
    def rank(self) -> tuple[bool, int, int, str, str, str]:
        """What candidates are ordered by. Names settle ties, so that the order never depends on who answered first."""
        offer, cost = self.priced.offer, self.priced.cost
        asks = self.decision.verdict == "ask"
        return (asks, cost.ranked, cost.total, offer.place, offer.machine, offer.purchase)


class Allocation(Noun):
    """All candidates, best first, and which one is taken (None: none can be)."""

    candidates: tuple[Candidate, ...]
    chosen: int | None
    removed: dict[str, int]
    """How many candidates each rule's code stood against."""

    @property
    def choice(self) -> Candidate | None:
        """The candidate that is taken."""
        return None if self.chosen is None else self.candidates[self.chosen]

    def why_lost(self, index: int) -> str:
        """Why this candidate was not taken; empty for the one that was."""
        mine = self.candidates[index]
        if index == self.chosen:
            return ""
        if not mine.compliant:
            return ", ".join(v.code for v in mine.decision.violations)
        if mine.quota:
            return mine.quota
        best = self.choice
        if best is None:
            return "not taken"
        more = cents(mine.priced.cost.total) - cents(best.priced.cost.total)
        if mine.decision.verdict == "ask" and best.decision.verdict == "allow":
            return "needs approval"
        if more > 0:
            return f"{usd(more)} dearer"
        rework = cents(mine.priced.cost.rework - best.priced.cost.rework)
        return f"{usd(rework)} more expected rework" if rework > 0 else "same price, later by name"


def choose(candidates: Sequence[Candidate]) -> Allocation:
    """The best compliant candidate whose quota suffices."""
    ordered = sorted(candidates, key=lambda c: (not c.compliant, c.rank))
    chosen = next((i for i, c in enumerate(ordered) if c.compliant and not c.quota), None)
    codes = Counter(code for c in ordered for code in sorted({v.code for v in c.decision.violations}))
    codes.update("QUOTA" for c in ordered if c.compliant and c.quota)
    return Allocation(candidates=tuple(ordered), chosen=chosen, removed=dict(sorted(codes.items())))


def savings(allocation: Allocation) -> Savings | None:
    """What the choice saved against the dearest and the median of the compliant candidates."""
    best = allocation.choice
    bills = sorted(cents(c.priced.cost.total) for c in allocation.candidates if c.compliant)
    if best is None or not bills:
        return None
    middle = len(bills) // 2
    median = bills[middle] if len(bills) % 2 else (bills[middle - 1] + bills[middle]) // 2
    mine = cents(best.priced.cost.total)
    return Savings(compliant=len(bills), against_dearest_cents=bills[-1] - mine, against_median_cents=median - mine)


def refusal(allocation: Allocation, revision: str) -> Decision:
    """One denial out of all candidates': each rule once, with how many of them it stood against."""
    total = len(allocation.candidates)
    first: dict[str, Violation] = {}
    for candidate in allocation.candidates:
        for violation in candidate.decision.violations:
            first.setdefault(violation.code, violation)
    violations = tuple(
        Violation(
            code=code,
            message=f"{first[code].message} (stood against {count} of {total} candidates)",
            remedy=first[code].remedy,
        )
        for code, count in sorted(allocation.removed.items(), key=lambda item: (-item[1], item[0]))
        if code in first
    )
    digests = allocation.candidates[0].decision.input_digest if allocation.candidates else ""
    return Decision(verdict="deny", violations=violations, revision=revision, input_digest=digests)
