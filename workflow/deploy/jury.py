"""The gate's verdict on the plan of every offer, without asking it about every offer.

A cloud sells the same machine in forty places; asked about each, the gate would say the same few things a hundred
times. It is asked where the answer does not follow from another one: `precedents` for place and machine, `ladder` for
money. The outcome is that of asking about each, and a test holds it to that. Where a rule objects that is of neither
kind, or the gate's word on the best offer is not the expected one, it is asked about each.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from mcp_handlers.tools.contract import Tool
from mcp_handlers.tools.get_cost_estimate import Priced
from workflow.control.judging import plan_questions, together
from workflow.control.pricing import price_of
from workflow.deploy.brief import Brief, tools_for
from workflow.deploy.candidates import Candidate
from workflow.deploy.draft import draft
from workflow.deploy.ladder import Ladder
from workflow.deploy.precedents import Precedents, Violations, foreign
from workflow.model.decision import Decision
from workflow.model.emergency import Freeze
from workflow.model.ports import Gate, Spend
from workflow.model.workload import Request

_CLEAN: tuple[tuple[Violations, ...], ...] = (((),), ((), ()))
"""Nothing stands against it, for one tool or for two."""


class _Foreign(Exception):
    """A rule objects from which nothing follows for other offers."""


@dataclass
class Jury:
    """Judges the offers of one round. `ladders` are by tools and hours: only then is all else equal but the price."""

    gate: Gate
    contracts: Mapping[str, Tool]
    precedents: Precedents
    request: Request
    brief: Brief
    attempt: int
    spend: Spend
    now: datetime
    freezes: Sequence[Freeze] = ()
    _ladders: dict[tuple[tuple[str, ...], float], Ladder] = field(default_factory=dict)

    async def judged(self, offers: Sequence[Priced]) -> list[Candidate]:
        """Every offer's Candidate, in the order of rank."""
        try:
            found = await self._thrifty(sorted(offers, key=lambda p: p.cost.total))
            return await self._confirmed(found)
        except _Foreign:
            return await self.thorough(offers)

    async def thorough(self, offers: Sequence[Priced]) -> list[Candidate]:
        """The same with every offer asked about."""
        return sorted([await self._asked(priced) for priced in offers], key=lambda c: c.rank)

    async def _thrifty(self, offers: Sequence[Priced]) -> list[Candidate]:
        found: dict[int, Candidate] = {}
        for index in self._order(offers):
            if index not in found:
                found[index] = self._follows(offers[index]) or await self._learned(offers[index])
        return sorted(found.values(), key=lambda c: c.rank)

    def _order(self, offers: Sequence[Priced]) -> list[int]:
        """First the dearest that may well be allowed, then the cheapest that may well not be: many others follow
        from these. Then the ends and the halves."""
        over = bisect_left(offers, True, key=self._over)
        likely = next((i for i in reversed(range(over)) if self._against(offers[i]) in _CLEAN), None)
        return [*([] if likely is None else [likely]), *range(len(offers))[over:][:1], *_halves(0, len(offers))]

    def _over(self, priced: Priced) -> bool:
        """Whether it costs more than the request's own cap. Only says what to ask first."""
        price = price_of(priced.cost, self.brief.cap_cents, self.brief.cap_per)
        per = {"run": price.total_cents, "hour": price.hourly_cents, "month": price.monthly_cents}
        return price.cap_cents is not None and price.cap_per is not None and per[price.cap_per] > price.cap_cents

    async def _confirmed(self, found: Sequence[Candidate]) -> list[Candidate]:
        """The best candidate is asked about in any case. Raises _Foreign where the gate's word is another one."""
        best = next((i for i, c in enumerate(found) if c.compliant), None)
        if best is None or found[best].asked:
            return list(found)
        word = await self._asked(found[best].priced)
        if word.decision.verdict != found[best].decision.verdict:
            raise _Foreign
        return [*found[:best], word, *found[best + 1 :]]

    def _follows(self, priced: Priced) -> Candidate | None:
        """The Candidate as it follows from what the gate has said; None where the gate must be asked."""
        against, let_through = self._against(priced), self.precedents.is_let_through
        if against is None or not let_through(self.gate.revision, priced, self.brief.nodes):
            return None
        ladder, total = self._ladder(priced), priced.cost.total
        through, money = ladder.lets_through(total), ladder.refuses(total)
        if not any(against) and through and ladder.allowed is not None:
            return Candidate(priced=priced, decision=ladder.allowed, asked=False)
        if money is None or not (money or all(against) or (through and any(against))):
            return None
        violations = dict.fromkeys(chain.from_iterable(sorted({*each, *money}, key=_written) for each in against))
        denied = Decision(verdict="deny", violations=tuple(violations), revision=self.gate.revision, input_digest="")
        return Candidate(priced=priced, decision=denied, asked=False)

    async def _learned(self, priced: Priced) -> Candidate:
        candidate = await self._asked(priced, learn=True)
        if foreign(candidate.decision):
            raise _Foreign
        self._ladder(priced).answered(priced.cost.total, candidate.decision)
        return candidate

    async def _asked(self, priced: Priced, *, learn: bool = False) -> Candidate:
        plan = draft(self.request, self.brief, priced.offer, priced.cost, attempt=self.attempt)
        price = price_of(priced.cost, self.brief.cap_cents, self.brief.cap_per)
        who, revision = self.request.principal, self.gate.revision
        questions = plan_questions(self.contracts, who, plan, price, self.spend, self.now, freezes=self.freezes)
        decisions = [await self.gate.decide(question) for question in questions]
        if learn and not any(map(foreign, decisions)):
            for step, decision in zip(plan.steps, decisions, strict=True):
                self.precedents.learn(revision, who, self.brief, priced.offer, step.tool, decision)
            self.precedents.let_through(revision, priced, self.brief.nodes)
        return Candidate(priced=priced, decision=together(decisions, revision))

    def _against(self, priced: Priced) -> tuple[Violations, ...] | None:
        tools = tools_for(self.brief, priced.offer.purchase)
        return self.precedents.against(self.gate.revision, self.request.principal, self.brief, priced.offer, tools)

    def _ladder(self, priced: Priced) -> Ladder:
        return self._ladders.setdefault((tools_for(self.brief, priced.offer.purchase), priced.cost.hours), Ladder())


def _written(violation: object) -> tuple[str, ...]:
    """The gate's own order of violations."""
    return tuple(vars(violation).values())


def _halves(low: int, high: int) -> list[int]:
    """The last of a range, its middle, then the middles of its halves, and so on down."""
    found = list(range(low, high))[-1:]
    ranges = [(low, high)]
    for start, end in ranges:
        if start < end:
            middle = (start + end) // 2
            found.append(middle)
            ranges += [(start, middle), (middle + 1, end)]
    return found
