"""The one question that everything asks: may this be done? Yes comes with money held and a Grant to do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mcp_handlers.kernel.forward import Pass
from mcp_handlers.kernel.grant import Grant
from mcp_handlers.tools.contract import Tool
from policies.engine.question import Call, MachineFacts, Price, question
from workflow.control.approval import objection
from workflow.control.pricing import FREE, NOTHING, Estimate, charges, machine_of, needs, price_of
from workflow.control.sign import Signs
from workflow.model.base import Json, Noun, canonical, digest
from workflow.model.decision import Approval, Decision, Verdict, Violation
from workflow.model.plan import Plan, effect_key
from workflow.model.ports import Clock, Gate, Reservation, Spend, Store
from workflow.model.workload import Principal


class Decided(Noun):
    """A decision on one call. `leave` is there if it is allowed; `question` is what the gate was asked."""

    decision: Decision
    question: Json
    key: str
    cost_cents: int
    leave: Pass | None = None


class PlanDecided(Noun):
    """A decision on a whole plan. `questions` are what the gate was asked, one per step."""

    decision: Decision
    questions: tuple[Json, ...]


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
    tools: Mapping[str, Tool], principal: Principal, plan: Plan, price: Price, spend: Spend, now: datetime
) -> tuple[Json, ...]:
    """What the gate is asked about a plan: each step's call, at the whole plan's price."""
    machine = machine_of(plan.offer)
    return tuple(
        question(
            principal,
            Call(tool=step.tool, risk=tools[step.tool].risk, cloud=step.cloud, arguments=step.arguments),
            machine=machine if "machine" in step.arguments else None,
            now=now,
            price=price,
            spend=spend,
            plane="control",
        )
        for step in plan.steps
    )


async def judge(gate: Gate, questions: Sequence[Json]) -> Decision:
    """The gate's decision on several calls that are to be done together. Holds nothing."""
    return together([await gate.decide(asked) for asked in questions], gate.revision)


@dataclass(frozen=True)
class Control:
    """The control plane's judgement, over a gate, a store and the signing key."""

    tools: Mapping[str, Tool]
    gate: Gate
    store: Store
    signer: Signs
    clock: Clock
    estimate: Estimate

    async def decide_call(
        self, principal: Principal, tool: Tool, cloud: str, arguments: Json, *, run: str, step: str
    ) -> Decided:
        """Judge one call with its arguments as they were parsed. An allowed write has its money held."""
        key = effect_key(principal.tenant, run, step, tool.name, cloud, arguments)
        call = Call(tool=tool.name, risk=tool.risk, cloud=cloud, arguments=arguments)
        price, machine = (None, None) if tool.risk == "read" else await self._priced(principal, call)
        held = next(
            (r for r in await self.store.list_reservations(run) if r.key == key and r.state != "released"), None
        )
        project = (arguments.get("tags") or {}).get("project", "default")
        while True:
            spend = await self.store.spend(principal.tenant, project, self.clock.now(), without=[key])
            asked = question(
                principal, call, machine=machine, now=self.clock.now(), price=price, spend=spend, plane="control"
            )
            decision = await self.gate.decide(asked)
            cost = price.total_cents if price else 0
            # What was approved as part of a plan has its money held, and that stands for the yes.
            stands = decision.allowed or (decision.verdict == "ask" and held is not None)
            if not stands:
                return Decided(decision=decision, question=asked, key=key, cost_cents=cost)
            wanted = [self._reservation(key, run, principal, project, held.cents if held else cost)]
            if tool.risk == "read" or await self.store.reserve(wanted, spend):
                break
        leave = self._leave(principal, call, decision, run, step, key)
        return Decided(decision=decision, question=asked, key=key, cost_cents=cost, leave=leave)

    async def decide_plan(
        self,
        principal: Principal,
        plan: Plan,
        project: str,
        price: Price,
        *,
        approval: Approval | None = None,
    ) -> PlanDecided:
        """Judge every step of a plan at the whole plan's price, and hold each step's money if all may be done.

        A step that costs nothing is held too: that is what shows later that it was part of an allowed plan.
        """
        while True:
            now = self.clock.now()
            spend = await self.store.spend(principal.tenant, project, now, without=[step.key for step in plan.steps])
            questions = plan_questions(self.tools, principal, plan, price, spend, now)
            decision = await judge(self.gate, questions)
            if decision.verdict == "ask" and approval is not None:
                decision = self._approved(decision, approval, plan)
            if not decision.allowed:
                return PlanDecided(decision=decision, questions=questions)
            wanted = [self._reservation(step.key, plan.run, principal, project, step.cost_cents) for step in plan.steps]
            if await self.store.reserve(wanted, spend):
                return PlanDecided(decision=decision, questions=questions)

    def _approved(self, decision: Decision, approval: Approval, plan: Plan) -> Decision:
        against = objection(approval, plan.digest, self.clock.now())
        if not against:
            return decision.model_copy(update={"verdict": "allow"})
        refusal = Violation(
            code="APPROVAL_REFUSED", message=against, remedy="Ask for approval of the plan as it is now."
        )
        return decision.model_copy(update={"verdict": "deny", "violations": (refusal, *decision.violations)})

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
