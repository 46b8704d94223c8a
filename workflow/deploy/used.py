"""How much of a plan's money was used by the time that it was taken back. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import datetime

from workflow.model.plan import Plan
from workflow.model.resource import Receipt


def used_cents(plan: Plan, receipts: Sequence[Receipt], left: Collection[str], now: datetime) -> dict[str, int]:
    """By each step's key the cents that stay spent when the plan is taken back at `now`.

    What was made ran for a part of the plan's hours and costs that part, rounded up to a cent. What stays behind
    (`left`, the keys of effects) goes on costing, so all of its money stays spent. What was never made costs nothing.
    """
    parts = dict.fromkeys((step.key for step in plan.steps), 0.0)
    for receipt in receipts:
        hours = (now - receipt.started_at).total_seconds() / 3600
        parts[receipt.key] = hours / max(hours, plan.cost.hours) if hours > 0 else 0.0
    parts |= dict.fromkeys(left, 1.0)
    return {step.key: math.ceil(step.cost_cents * parts[step.key]) for step in plan.steps}
