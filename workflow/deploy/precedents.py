"""What earlier answers of the gate say about an offer that it was not asked about.

The gate's objections fall into three kinds by what their rules look at: the place, the machine, or the money. One to a
place holds for every machine there, and one to a machine wherever it stands, both for as long as the policies last. A
spot machine has a highest price of its own besides, so nothing follows for one that was never let through at as much.
Nothing is done on the strength of a precedent: the plan that is chosen is judged by the gate, whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mcp_handlers.tools.get_cost_estimate import Priced
from workflow.deploy.brief import Brief
from workflow.model.decision import Decision, Violation
from workflow.model.offer import Offer
from workflow.model.principal import Principal

PLACE = frozenset({"REGION_NOT_ALLOWED", "REGION_UNKNOWN", "RESIDENCY"})
"""Codes of rules that look at cloud, region and data only."""
MACHINE = frozenset({"FAMILY_NOT_ALLOWED", "GPU_TIER", "MACHINE_UNKNOWN"})
"""Codes of rules that look at the machine and the caller only, so that another machine in the same place may do."""
REFUSED_MONEY = frozenset({"BUDGET_HARD", "BUDGET_REQUEST"})
"""Codes of rules that look at price, caller and the month so far, and object to no price below one they allow."""
ASKED_MONEY = frozenset({"BUDGET_SOFT"})
"""The same of rules that have a person asked."""
MOST = 20_000
"""Places and machines that are remembered: a few times what three clouds sell."""

Violations = tuple[Violation, ...]
_Place = tuple[str, str, str, str, tuple[str, ...], bool]
_Machine = tuple[str, str, str, str, tuple[str, ...], str, str, str | None, int]


def foreign(decision: Decision) -> bool:
    """True where a rule of none of the three kinds objects: then no answer says anything about another offer."""
    return any(v.code not in PLACE | MACHINE | REFUSED_MONEY | ASKED_MONEY for v in decision.violations)


def of_kind(decision: Decision, codes: frozenset[str]) -> Violations:
    """The decision's objections of this kind."""
    return tuple(v for v in decision.violations if v.code in codes)


@dataclass(frozen=True)
class Precedents:
    """Objections by place and by machine, of one gate, for as long as the process lives. Empty means: none."""

    _places: dict[_Place, Violations] = field(default_factory=dict)
    _machines: dict[_Machine, Violations] = field(default_factory=dict)
    _spot: dict[tuple[str, str, str], float] = field(default_factory=dict)
    """The most that each spot machine was let through at, in microdollars an hour."""

    def learn(self, revision: str, who: Principal, brief: Brief, offer: Offer, tool: str, decision: Decision) -> None:
        """Keep what a decision on one step with this offer says of its place and of its machine."""
        _bound(self._places)
        _bound(self._machines)
        self._places[_place(revision, brief, offer, tool)] = of_kind(decision, PLACE)
        self._machines[_machine(revision, who, offer, tool)] = of_kind(decision, MACHINE)

    def let_through(self, revision: str, priced: Priced, nodes: int) -> None:
        """Keep that no rule of another kind objected to this price, as those of spot machines are."""
        if priced.offer.purchase == "spot":
            _bound(self._spot)
            machine = _spot(revision, priced.offer)
            self._spot[machine] = max(_hourly(priced, nodes), self._spot.get(machine, 0))

    def is_let_through(self, revision: str, priced: Priced, nodes: int) -> bool:
        """Whether it is bought on demand, or as spot at no more than it was let through at."""
        return priced.offer.purchase != "spot" or _hourly(priced, nodes) <= self._spot.get(
            _spot(revision, priced.offer), -1
        )

    def against(
        self, revision: str, who: Principal, brief: Brief, offer: Offer, tools: Sequence[str]
    ) -> tuple[Violations, ...] | None:
        """What stands against the offer's place and machine, per tool; None where that is not known for all."""
        found: list[Violations] = []
        for tool in tools:
            place = self._places.get(_place(revision, brief, offer, tool))
            machine = self._machines.get(_machine(revision, who, offer, tool))
            if place is None or machine is None:
                return None
            found.append(place + machine)
        return tuple(found)


def _bound(kept: dict[Any, Any]) -> None:
    if len(kept) >= MOST:
        kept.clear()


def _hourly(priced: Priced, nodes: int) -> float:
    return priced.cost.compute / priced.cost.hours / nodes


def _spot(revision: str, offer: Offer) -> tuple[str, str, str]:
    return revision, offer.cloud, offer.machine


def _place(revision: str, brief: Brief, offer: Offer, tool: str) -> _Place:
    return (revision, tool, offer.cloud, offer.region, brief.residency, brief.personal_data)


def _machine(revision: str, who: Principal, offer: Offer, tool: str) -> _Machine:
    return (revision, tool, offer.cloud, who.id, who.roles, offer.machine, offer.family, offer.gpu, offer.gpu_count)
