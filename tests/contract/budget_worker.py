"""Plans that want one budget: `python -m tests.contract.budget_worker PLACE FIRST AFTER` decides those of one process.

Each goes through the control plane and the policies as they are; only the budget is the test's. Prints `ready`, waits
for a line, decides all at once, and prints as JSON who was allowed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from functions.registry import contracts
from mcp_handlers.tools.get_cost_estimate import Priced
from policies.engine.bundle import Bundle, load_bundle
from policies.engine.embedded import Embedded
from tests.fakes.clock import FixedClock
from tests.fakes.offers import ADA, NOW, a_request, priced
from workflow.control.decide import Control, PlanDecided
from workflow.control.pricing import price_of
from workflow.control.sign import Signer
from workflow.deploy.brief import brief
from workflow.deploy.draft import draft
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.plan import Plan
from workflow.model.ports import Gate, Store
from workflow.model.principal import Principal
from workflow.model.workload import Workload
from workflow.store.store import open_store

PLANS, ADMITTED, EACH = 200, 37, 50
LIMIT = ADMITTED * EACH + EACH - 1
"""Cents a month. One cent more would admit one plan more."""


@dataclass
class Counting:
    """The gate, and how often it judged."""

    gate: Gate
    judged: int = 0

    @property
    def revision(self) -> str:
        """The gate's."""
        return self.gate.revision

    async def decide(self, question: Json) -> Decision:
        """The gate's, counted."""
        self.judged += 1
        await asyncio.sleep(0)
        return await self.gate.decide(question)


def budgeted() -> Bundle:
    """The policies with this test's budget: of tenant, project and run alike, and nobody is asked."""
    bundle = load_bundle()
    limit = {"soft_cents": LIMIT, "hard_cents": LIMIT}
    data = json.loads(bundle.data)
    data["budgets"] |= {"tenants": {"acme": {"limit": limit, "run": limit, "projects": {"default": limit}}}}
    # Other policies have another name: engines are kept by it.
    return replace(bundle, data=json.dumps(data), revision="b" * 64)


def control(store: Store, gate: Gate) -> Control:
    """The control plane over the store."""
    clock = FixedClock(NOW)
    signer = Signer(Ed25519PrivateKey.from_private_bytes(b"\1" * 32), clock)
    return Control(contracts(), gate, store, signer, clock, unpriced)


async def unpriced(principal: Principal, cloud: str, wanted: Json) -> Priced | None:
    """A plan brings its own price."""
    return None


def a_plan(run: str) -> Plan:
    """A machine for an hour."""
    taken = priced(EACH * 10_000)
    return draft(a_request(id=run), brief(Workload(kind="batch", hours=1)), taken.offer, taken.cost, attempt=0)


async def decide_all(store: Store, runs: range) -> Json:
    """All of these runs' plans at once. `refused` are the codes of those that were not allowed."""
    gate = Counting(Embedded(budgeted()))
    judge = control(store, gate)

    async def decided(run: str) -> tuple[str, PlanDecided]:
        plan = a_plan(run)
        return run, await judge.decide_plan(ADA, plan, "default", price_of(plan.cost))

    found: list[Any] = await asyncio.gather(*(decided(f"r{number}") for number in runs))
    refused = {v.code for _, one in found if not one.decision.allowed for v in one.decision.violations}
    return {
        "allowed": [run for run, one in found if one.decision.allowed],
        "refused": sorted(refused),
        "judged": gate.judged,
    }


async def main(place: str, first: str, after: str) -> None:
    """One process's part."""
    async with open_store(place) as store:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print(json.dumps(await decide_all(store, range(int(first), int(after)))))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
