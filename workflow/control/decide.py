"""The one question that everything asks: may this be done? Yes comes with money held and a Grant to do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mcp_handlers.kernel.forward import Pass
from mcp_handlers.kernel.grant import Grant
from mcp_handlers.tools.contract import Tool
from policies.engine.question import Call, MachineFacts, Price, question
from workflow.control.approvals.desk import Desk
from workflow.control.approvals.elevate import elevated
from workflow.control.approvals.hearing import settled, unneeded
from workflow.control.approvals.matters import call_matter, plan_matter
from workflow.control.emergency import freezes, insist_standing
from workflow.control.own import run_cents, takes_back
from workflow.control.pricing import FREE, NOTHING, Estimate, charges, machine_of, needs, price_of
from workflow.control.sign import Signs
from workflow.model.approval import STRICT, Asked, Terms
from workflow.model.base import Json, Noun, canonical, digest
from workflow.model.decision import Decision, Verdict, Violation
from workflow.model.emergency import Freeze
from workflow.model.plan import Plan, Step, effect_key
from workflow.model.ports import Clock, Gate, Reservation, Spend, Store
from workflow.model.workload import Principal


class Decided(Noun):
    """A decision on one call. `leave` is there if it is allowed.

    `question` is what the gate was asked and `judged` what it said; `decision` is what that came to with what people
    say, who are asked with `asked`.
    """

    decision: Decision
    judged: Decision
    question: Json
    key: str
    cost_cents: int
    leave: Pass | None = None
    asked: Asked | None = None


class PlanDecided(Noun):
    """A decision on a whole plan. `questions` are what the gate was asked, one per step; `asked` is what people are."""

    decision: Decision
    questions: tuple[Json, ...]
    asked: Asked | None = None


_WORST: tuple[Verdict, ...] = ("deny", "ask", "allow")


def together(decisions: Sequence[Decision], revision: str) -> Decision:
    """One decision out of several: the worst verdict, every violation once, all obligations; a denial has none."""
    verdict = min((d.verdict for d in decisions), key=_WORST.index, default="deny")
    violations: dict[Violation, None] = {v: None for d in decisions for v in d.violations}
    return Decision(
        verdict=verdict,
        violations=tuple(violations),
        obligations={} if verdict == "deny" else _united([d.obligations for d in decisions]),
        revision=revision,
        input_digest=digest([d.input_digest for d in decisions]),
    )


def _united(obligations: Sequence[Json]) -> Json:
    """All obligations; of lists every entry once, in an order of its own."""
    found: Json = {}
    for name, value in (pair for each in obligations for pair in each.items()):
        entries = [*found.get(name, []), *value] if isinstance(value, list) else []
        found[name] = [entry for _, entry in sorted({canonical(e): e for e in entries}.items())] if entries else value
    return found


def plan_questions(
    tools: Mapping[str, Tool],
    principal: Principal,
    plan: Plan,
    price: Price,
    spend: Spend,
    now: datetime,
    spent: int = 0,
    *,
    freezes: Sequence[Freeze],
) -> tuple[Json, ...]:
    """What the gate is asked about a plan: each step's call at the whole plan's price. `spent`: its run's cents."""
    machine = machine_of(plan.offer)
    return tuple(
        question(
            principal,
            Call(tool=step.tool, risk=tools[step.tool].risk, cloud=step.cloud, arguments=step.arguments),
            machine=machine if "machine" in step.arguments else None,
            now=now,
            price=price,
            spend=spend,
            run_cents=spent,
            freezes=freezes,
            plane="control",
        )
        for step in plan.steps
    )


async def judge(gate: Gate, questions: Sequence[Json]) -> Decision:
    """The gate's decision on several calls that are to be done together, all by the same policies. Holds nothing."""
    while True:
        decisions = [await gate.decide(asked) for asked in questions]
        revisions = {decision.revision for decision in decisions} or {gate.revision}
        # Where the policies changed in between, all are judged anew.
        if len(revisions) == 1:
            return together(decisions, revisions.pop())


@dataclass(frozen=True)
class Control:
    """The control plane's judgement, over a gate, a store and the signing key."""

    tools: Mapping[str, Tool]
    gate: Gate
    store: Store
    signer: Signs
    clock: Clock
    estimate: Estimate
    terms: Terms = STRICT

    @property
    def desk(self) -> Desk:
        """Where people are asked."""
        return Desk(self.store, self.clock, self.terms)

    async def elevated(self, principal: Principal, run: str, *, writes: bool = False) -> Principal:
        """The principal with the roles that are lent to it for this run now."""
        return await elevated(self.store, self.clock, principal, run, writes=writes)

    async def decide_call(
        self, principal: Principal, tool: Tool, cloud: str, arguments: Json, *, run: str, step: str
    ) -> Decided:
        """Judge one call with its arguments as they were parsed. An allowed write has its money held.

        A write that the gate asks about is put to people, unless it is part of a plan that they said yes to.
        """
        principal = await self.elevated(principal, run, writes=tool.risk != "read")
        key = effect_key(principal.tenant, run, step, tool.name, cloud, arguments)
        call = Call(tool=tool.name, risk=tool.risk, cloud=cloud, arguments=arguments)
        if tool.risk == "read":
            return await self._decide_read(principal, call, run, step, key)
        price, machine = await self._priced(principal, call)
        held = next(
            (r for r in await self.store.list_reservations(run) if r.key == key and r.state != "released"), None
        )
        undo = await takes_back(self.store, principal, run, call)
        project = (arguments.get("tags") or {}).get("project", "default")
        cost = price.total_cents if price else 0
        wanted = [self._reservation(key, run, principal, project, held.cents if held else cost)]
        matter = call_matter(principal, call, run, step, key, price)
        while True:
            now = self.clock.now()
            spend = await self.store.spend(principal.tenant, project, now, without=[key])
            spent = run_cents(await self.store.list_reservations(run), without=[key])
            asked = question(
                principal,
                call,
                machine=machine,
                now=now,
                price=price,
                spend=spend,
                run_cents=spent,
                freezes=await freezes(self.store),
                undo=undo,
                plane="control",
            )
            judged = await self.gate.decide(asked)
            # What was approved as part of a plan has its money held, and that stands for the yes.
            stands = judged.verdict == "ask" and held is not None
            decision = judged.model_copy(update={"verdict": "allow"}) if stands else judged
            heard = await settled(self.desk, matter, decision, wanted, spend)
            if heard is not None:
                break
        said, allowed = heard.decision, heard.decision.allowed
        leave = self._leave(principal, call, said, run, step, key) if allowed else None
        return Decided(
            decision=said, judged=judged, question=asked, key=key, cost_cents=cost, leave=leave, asked=heard.asked
        )

    async def _decide_read(self, principal: Principal, call: Call, run: str, step: str, key: str) -> Decided:
        now = self.clock.now()
        spend = await self.store.spend(principal.tenant, "default", now)
        asked = question(principal, call, machine=None, now=now, spend=spend, plane="control")
        decision = await self.gate.decide(asked)
        leave = self._leave(principal, call, decision, run, step, key) if decision.allowed else None
        return Decided(decision=decision, judged=decision, question=asked, key=key, cost_cents=0, leave=leave)

    async def decide_plan(
        self,
        principal: Principal,
        plan: Plan,
        project: str,
        price: Price,
        *,
        use: str = "",
    ) -> PlanDecided:
        """Judge every step of a plan at the whole plan's price, and hold each step's money if all may be done.

        A step that costs nothing is held too: that is what shows later that it was part of an allowed plan. What the
        gate asks about is put to people. `use` names an attempt to go on with what was put to them before.
        """
        await insist_standing(self.store, principal)
        principal = await self.elevated(principal, plan.run, writes=True)

        async def priced() -> int | None:
            prices = [await self._priced(principal, self._call(step)) for step in plan.steps]
            known = [price.total_cents for price, _ in prices if price is not None]
            return sum(known) if len(known) == len(prices) else None

        matter = plan_matter(principal, plan, priced, use)
        keys = [step.key for step in plan.steps]
        while True:
            now = self.clock.now()
            spend = await self.store.spend(principal.tenant, project, now, without=keys)
            spent = run_cents(await self.store.list_reservations(plan.run), without=keys)
            stopped = await freezes(self.store)
            questions = plan_questions(self.tools, principal, plan, price, spend, now, spent, freezes=stopped)
            decision = await judge(self.gate, questions)
            if use and decision.verdict != "ask":
                decision = await unneeded(self.desk, matter, decision)
            wanted = [self._reservation(step.key, plan.run, principal, project, step.cost_cents) for step in plan.steps]
            heard = await settled(self.desk, matter, decision, wanted, spend)
            if heard is not None:
                return PlanDecided(decision=heard.decision, questions=questions, asked=heard.asked)

    def _call(self, step: Step) -> Call:
        return Call(tool=step.tool, risk=self.tools[step.tool].risk, cloud=step.cloud, arguments=step.arguments)

    async def _priced(self, principal: Principal, call: Call) -> tuple[Price | None, MachineFacts | None]:
        wanted = needs(call.tool, call.arguments)
        if wanted is None:
            return (NOTHING if call.tool in FREE else None), None
        found = await self.estimate(principal, call.cloud, wanted)
        if found is None:
            return None, None
        price = price_of(found.cost) if charges(call.tool, call.arguments) else NOTHING
        return price, machine_of(found.offer)

    def _reservation(self, key: str, run: str, principal: Principal, project: str, cents: int) -> Reservation:
        return Reservation(key=key, run=run, tenant=principal.tenant, project=project, cents=cents, at=self.clock.now())

    def _leave(self, principal: Principal, call: Call, decision: Decision, run: str, step: str, key: str) -> Pass:
        token = self.signer.token(principal, call.cloud)
        if call.risk == "read":
            return Pass(token=token)
        grant = Grant(
            tool=call.tool,
            cloud=call.cloud,
            arguments_digest=digest(call.arguments),
            principal=principal,
            run=run,
            step=step,
            key=key,
            decision=decision.input_digest,
            revision=decision.revision,
        )
        return Pass(token=token, grant=self.signer.grant(grant))
