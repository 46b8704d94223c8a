"""The one question that everything asks: may this be done? Yes comes with money held and a Grant to do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mcp_handlers.kernel.forward import Pass
from mcp_handlers.kernel.grant import Grant
from mcp_handlers.tools.contract import Tool
from policies.checks.tunables import Unusual
from policies.engine.question import Call, MachineFacts, Price, question
from workflow.control.approvals.desk import Desk
from workflow.control.approvals.elevate import elevated
from workflow.control.approvals.hearing import Heard, settled, unneeded
from workflow.control.approvals.matters import call_matter, plan_matter
from workflow.control.contended import Turns
from workflow.control.emergency import freezes, insist_standing
from workflow.control.judging import call_of, judge, plan_questions
from workflow.control.own import run_cents, takes_back
from workflow.control.pricing import FREE, NOTHING, Estimate, charges, machine_of, needs, price_of
from workflow.control.sign import Signs
from workflow.control.switches import refused_off, standing
from workflow.control.telling import call_decided, plan_decided
from workflow.control.unusual import alerts
from workflow.model.approval import STRICT, Asked, Terms
from workflow.model.base import Json, Noun, digest
from workflow.model.decision import Decision, Violation
from workflow.model.plan import Plan, Step, effect_key
from workflow.model.ports import Clock, Event, Gate, Reservation, Store
from workflow.model.principal import Principal
from workflow.model.switch import denial
from workflow.model.wake import Silent, Wake


class Spoken(Noun):
    """A call's arguments as its caller sent them, in its version of the tool's contract: what names the effect
    and what the Grant is for."""

    version: int
    arguments: Json


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
    """A decision on a whole plan. `questions` are what the gate was asked, one per step; `asked` is what people are.

    `told` is what was written to the ledger with it.
    """

    decision: Decision
    questions: tuple[Json, ...]
    asked: Asked | None = None
    told: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Control:
    """The control plane's judgement, over a gate, a store and the signing key. Without `unusual`, no day is."""

    tools: Mapping[str, Tool]
    gate: Gate
    store: Store
    signer: Signs
    clock: Clock
    estimate: Estimate
    terms: Terms = STRICT
    wake: Wake = field(default_factory=Silent)
    turns: Turns = field(default_factory=Turns)
    unusual: Unusual | None = None

    @property
    def desk(self) -> Desk:
        """Where people are asked."""
        return Desk(self.store, self.clock, self.terms, self.wake)

    async def elevated(self, principal: Principal, run: str, *, writes: bool = False) -> Principal:
        """The principal with the roles that are lent to it for this run now."""
        return await elevated(self.store, self.clock, principal, run, writes=writes)

    async def decide_call(
        self,
        principal: Principal,
        tool: Tool,
        cloud: str,
        arguments: Json,
        *,
        run: str,
        step: str,
        spoken: Spoken | None = None,
        alone: bool = False,
    ) -> Decided:
        """Judge one call with its arguments as they were parsed. An allowed write has its money held. Where the caller
        speaks another version than today's, `spoken` is what it sent.

        `alone`: the run is none, and what else was done under its name counts for no budget of this call's.

        What is decided on a write is in the ledger from the moment that its money is held.

        A write that the gate asks about is put to people, unless it is part of a plan that they said yes to.
        """
        principal = await self.elevated(principal, run, writes=tool.risk != "read")
        said = spoken or Spoken(version=tool.version, arguments=arguments)
        key = effect_key(principal.tenant, run, step, tool.name, cloud, said.arguments)
        call = Call(tool=tool.name, risk=tool.risk, cloud=cloud, arguments=arguments)
        if (stands := (await standing(self.store)).against(tool.name, cloud)) is not None:
            return await self._off(principal, call, run, key, stands)
        if tool.risk == "read":
            return await self._decide_read(principal, call, key)
        price, machine = await self._priced(principal, call)
        held = next(
            (r for r in await self.store.list_reservations(run) if r.key == key and r.state != "released"), None
        )
        undo = await takes_back(self.store, principal, run, call, self.clock.now())
        project = (arguments.get("tags") or {}).get("project", "default")
        cost = price.total_cents if price else 0
        matter = call_matter(principal, call, run, step, key, price)

        async def once() -> Decided | None:
            now = self.clock.now()
            wanted = Reservation(
                key=key, run=run, tenant=principal.tenant, project=project, cents=held.cents if held else cost, at=now
            )
            spend = await self.store.spend(principal.tenant, project, now, without=[key])
            spent = 0 if alone else run_cents(await self.store.list_reservations(run), without=[key])
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
            unusual = await self._alerts(decision, [] if held else [wanted], now)

            def tell(heard: Heard) -> tuple[Event, ...]:
                told = call_decided(principal, call, said.version, run, key, asked, judged, heard, now)
                return (told, *unusual) if heard.decision.allowed else (told,)

            heard = await settled(self.desk, matter, decision, [wanted], spend, tell)
            if heard is None:
                return None
            came = heard.decision
            leave = self._leave(principal, call, said, came, run, step, key) if came.allowed else None
            return Decided(
                decision=came, judged=judged, question=asked, key=key, cost_cents=cost, leave=leave, asked=heard.asked
            )

        return await self.turns.uncontended(principal.tenant, once)

    async def _off(self, principal: Principal, call: Call, run: str, key: str, stands: Violation) -> Decided:
        """The refusal of a call whose tool or cloud is switched off, before anything is priced or anybody asked."""
        decision, now = denial([stands], self.gate.revision), self.clock.now()
        if call.risk != "read":
            told = {"tool": call.tool, "cloud": call.cloud, "key": key, "decision": decision.model_dump(mode="json")}
            await self.store.append(refused_off(principal, run, told, now))
        return Decided(decision=decision, judged=decision, question={}, key=key, cost_cents=0)

    async def _decide_read(self, principal: Principal, call: Call, key: str) -> Decided:
        now = self.clock.now()
        spend = await self.store.spend(principal.tenant, "default", now)
        asked = question(principal, call, machine=None, now=now, spend=spend, plane="control")
        decision = await self.gate.decide(asked)
        leave = Pass(token=self.signer.token(principal, call.cloud)) if decision.allowed else None
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
        off = await standing(self.store)
        stands = [found for step in plan.steps if (found := off.against(step.tool, step.cloud)) is not None]
        if stands:
            return await self._plan_off(principal, plan, list(dict.fromkeys(stands)))
        principal = await self.elevated(principal, plan.run, writes=True)

        async def priced() -> int | None:
            prices = [await self._priced(principal, self._call(step)) for step in plan.steps]
            known = [price.total_cents for price, _ in prices if price is not None]
            return sum(known) if len(known) == len(prices) else None

        matter = plan_matter(principal, plan, priced, use)
        keys = [step.key for step in plan.steps]

        async def once() -> PlanDecided | None:
            now = self.clock.now()
            spend = await self.store.spend(principal.tenant, project, now, without=keys)
            spent = run_cents(await self.store.list_reservations(plan.run), without=keys)
            stopped = await freezes(self.store)
            questions = plan_questions(self.tools, principal, plan, price, spend, now, spent, freezes=stopped)
            decision = await judge(self.gate, questions)
            if use and decision.verdict != "ask":
                decision = await unneeded(self.desk, matter, decision)
            wanted = [
                Reservation(
                    key=step.key, run=plan.run, tenant=principal.tenant, project=project, cents=step.cost_cents, at=now
                )
                for step in plan.steps
            ]
            unusual = await self._alerts(decision, wanted, now)

            def tell(heard: Heard) -> tuple[Event, ...]:
                told = plan_decided(principal, plan, questions, heard, use, now)
                return (*told, *unusual) if heard.decision.allowed else told

            heard = await settled(self.desk, matter, decision, wanted, spend, tell)
            if heard is None:
                return None
            return PlanDecided(decision=heard.decision, questions=questions, asked=heard.asked, told=heard.told)

        return await self.turns.uncontended(principal.tenant, once)

    async def _plan_off(self, principal: Principal, plan: Plan, stands: Sequence[Violation]) -> PlanDecided:
        decision = denial(stands, self.gate.revision)
        body = {"digest": plan.digest, "decision": decision.model_dump(mode="json")}
        told = refused_off(principal, plan.run, body, self.clock.now())
        await self.store.append(told)
        return PlanDecided(decision=decision, questions=(), told=(told,))

    async def _alerts(self, decision: Decision, wanted: Sequence[Reservation], now: datetime) -> tuple[Event, ...]:
        if self.unusual is None or decision.verdict == "deny":
            return ()
        return await alerts(self.store, self.unusual, wanted, now)

    def _call(self, step: Step) -> Call:
        return call_of(self.tools, step)

    async def _priced(self, principal: Principal, call: Call) -> tuple[Price | None, MachineFacts | None]:
        wanted = needs(call.tool, call.arguments)
        if wanted is None:
            return (NOTHING if call.tool in FREE else None), None
        found = await self.estimate(principal, call.cloud, wanted)
        if found is None:
            return None, None
        price = price_of(found.cost) if charges(call.tool, call.arguments) else NOTHING
        return price, machine_of(found.offer)

    def _leave(
        self, principal: Principal, call: Call, said: Spoken, decision: Decision, run: str, step: str, key: str
    ) -> Pass:
        grant = Grant(
            tool=call.tool,
            cloud=call.cloud,
            version=said.version,
            arguments_digest=digest(said.arguments),
            principal=principal,
            run=run,
            step=step,
            key=key,
            decision=decision.input_digest,
            revision=decision.revision,
        )
        return Pass(token=self.signer.token(principal, call.cloud), grant=self.signer.grant(grant))
