"""Calls and plans as what people are asked about: each with the digest that a yes names. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from policies.engine.question import Call, Price
from workflow.model.base import digest
from workflow.model.money import cents
from workflow.model.plan import Plan, Step
from workflow.model.principal import Principal

Priced = Callable[[], Awaitable[int | None]]
"""What it costs in the catalog now, in cents; None for unknown."""


@dataclass(frozen=True)
class Matter:
    """What is asked about. `use` names this attempt to go on: the same one may find its own yes used already."""

    kind: Literal["plan", "call"]
    principal: Principal
    run: str
    subject: str
    steps: tuple[Step, ...]
    cost_cents: int
    priced: Priced
    use: str


def plan_matter(principal: Principal, plan: Plan, priced: Priced, use: str) -> Matter:
    """A plan, named by its own digest."""
    return Matter(
        kind="plan", principal=principal, run=plan.run, subject=plan.digest, steps=plan.steps,
        cost_cents=cents(plan.cost.total), priced=priced, use=use,
    )  # fmt: skip


def call_matter(principal: Principal, call: Call, run: str, step: str, key: str, price: Price | None) -> Matter:
    """A single call as a plan of one step. Its price is no part of its name: that has a tolerance of its own."""

    async def priced() -> int | None:
        return None if price is None else price.total_cents

    cost = price.total_cents if price else 0
    only = Step(name=step, tool=call.tool, cloud=call.cloud, arguments=call.arguments, key=key, cost_cents=cost)
    subject = digest([principal.tenant, principal.id, run, only.model_dump(mode="json", exclude={"cost_cents"})])
    return Matter(
        kind="call", principal=principal, run=run, subject=subject, steps=(only,), cost_cents=cost, priced=priced,
        use=secrets.token_hex(16),
    )  # fmt: skip
