"""What the gate is asked about calls that are to be done together, and one decision out of several. Holds nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from mcp_handlers.tools.contract import Tool
from policies.engine.question import Call, Price, question
from workflow.control.pricing import machine_of
from workflow.model.base import Json, canonical, digest
from workflow.model.decision import Decision, Verdict, Violation
from workflow.model.emergency import Freeze
from workflow.model.plan import Plan, Step
from workflow.model.ports import Gate, Spend
from workflow.model.principal import Principal

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
            call_of(tools, step),
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


def call_of(tools: Mapping[str, Tool], step: Step) -> Call:
    """A step as it would be done today: one that was drafted before its tool's contract moved on is brought up to it.

    Raises UnknownVersion where its version is no longer served.
    """
    tool, arguments = tools[step.tool], step.arguments
    if step.version != tool.version:
        wanted = tool.at(step.version).input.model_validate(arguments)
        arguments = tool.upgraded(step.version, wanted).model_dump(mode="json")
    return Call(tool=step.tool, risk=tool.risk, cloud=step.cloud, arguments=arguments)


async def judge(gate: Gate, questions: Sequence[Json]) -> Decision:
    """The gate's decision on several calls that are to be done together, all by the same policies. Holds nothing."""
    while True:
        decisions = [await gate.decide(asked) for asked in questions]
        revisions = {decision.revision for decision in decisions} or {gate.revision}
        # Where the policies changed in between, all are judged anew.
        if len(revisions) == 1:
            return together(decisions, revisions.pop())
