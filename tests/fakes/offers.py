"""Offers, requests and plans for tests, and a ToolClient that answers from functions."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from mcp_handlers.tools.get_cost_estimate import Priced
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.offer import Offer
from workflow.model.plan import Cost
from workflow.model.ports import ToolResult
from workflow.model.principal import Principal
from workflow.model.workload import Request

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ADA = Principal(id="ada@example.com", tenant="acme", roles=("developer", "ml-engineer"))


def a_request(text: str = "one machine", **changes: Any) -> Request:
    """A request of Ada's."""
    return Request(id=changes.pop("id", "r1"), text=text, principal=ADA, submitted_at=NOW, **changes)


def an_offer(**changes: Any) -> Offer:
    """An on-demand machine in Ireland at ten cents an hour."""
    base: Json = {
        "cloud": "aws",
        "region": "eu-west-1",
        "machine": "m6i.large",
        "family": "m6i",
        "vcpus": 2,
        "memory_gib": 8,
        "arch": "x86_64",
        "compute_micros_hour": 100_000,
        "jurisdictions": ("IE", "EU"),
        "observed": date(2026, 7, 20),
        "basis": "list",
        "snapshot": "0" * 64,
    }
    return Offer.model_validate(base | changes)


def priced(compute: int, rework: int = 0, **changes: Any) -> Priced:
    """An offer whose bill is `compute` microdollars for one hour."""
    cost = Cost(hours=1, compute=compute, fee=0, storage=0, egress=0, rework=rework)
    return Priced(offer=an_offer(**changes), cost=cost)


@dataclass
class ToldTools:
    """The ToolClient port over one function; remembers what was called."""

    answer: Callable[[str, str, Json], ToolResult | Decision]
    calls: list[tuple[str, str, str]] = field(default_factory=list)

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> ToolResult | Decision:
        """The told answer, after giving others a turn."""
        self.calls.append((tool, cloud, step))
        await asyncio.sleep(0)
        return self.answer(tool, cloud, arguments)


def result(output: Json) -> ToolResult:
    """A read's answer."""
    return ToolResult(output=output, seconds=0.01)
