"""How often a tenant may call a tool: a token bucket for each pair, filled steadily up to a burst.

The buckets are this process's own. A control plane of several instances therefore lets through as many times the limit
as it has instances; what must never be overspent is money, and that is reserved in the store.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from mcp_handlers.tools.contract import Tool
from workflow.model.base import Noun, Risk
from workflow.model.errors import RateLimited
from workflow.model.ports import Clock

FILE = Path(__file__).with_name("rates.json")
MOST = 10_000
"""Buckets that are remembered: those used last. One that was long unused is full anyway."""


Effort = Literal["read", "write", "heavy"]


class Limit(Noun):
    """Calls `per_second` in the long run, and at most `burst` at once."""

    per_second: float = Field(gt=0)
    burst: int = Field(gt=0)


class Limits(Noun):
    """The limit of a tenant's tool: its own, else the tool's, else its risk's."""

    risks: dict[Risk, Limit]
    api: dict[Effort, Limit] = Field(default_factory=dict)
    """One principal's calls of the REST API, by what they cost us."""
    tools: dict[str, Limit] = Field(default_factory=dict)
    tenants: dict[str, dict[str, Limit]] = Field(default_factory=dict)

    def of(self, tenant: str, tool: Tool) -> Limit:
        """What holds for this tenant and tool."""
        return self.tenants.get(tenant, {}).get(tool.name) or self.tools.get(tool.name) or self.risks[tool.risk]


@cache
def limits() -> Limits:
    """What an operator set in `rates.json`. Raises ValidationError for anything that is not limits."""
    return Limits.model_validate_json(FILE.read_bytes())


@dataclass(frozen=True)
class Bucket:
    """`tokens` that were left at a time."""

    tokens: float
    at: datetime

    def filled(self, limit: Limit, now: datetime) -> float:
        """Tokens that are there now. A clock that was put back takes none away."""
        elapsed = max(0.0, (now - self.at).total_seconds())
        return min(float(limit.burst), self.tokens + elapsed * limit.per_second)


@dataclass(frozen=True)
class Buckets:
    """A bucket for each name that anything is counted under."""

    clock: Clock
    _buckets: OrderedDict[tuple[str, ...], Bucket] = field(default_factory=OrderedDict)

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """What is remembered, the longest unused first."""
        return tuple(self._buckets)

    def take(self, place: tuple[str, ...], limit: Limit, said: str) -> None:
        """Use up one. Raises RateLimited, saying so, with the seconds until there is one again."""
        now = self.clock.now()
        bucket = self._buckets.get(place) or Bucket(float(limit.burst), now)
        tokens = bucket.filled(limit, now)
        self._buckets[place] = Bucket(tokens, now)
        if tokens < 1.0:
            wait = math.ceil((1.0 - tokens) / limit.per_second * 1000) / 1000
            raise RateLimited(said, retry_after=wait)
        self._buckets[place] = Bucket(tokens - 1.0, now)
        self._buckets.move_to_end(place)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)


class Rates:
    """Every tenant's calls of tools."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.limits = limits
        self.buckets = Buckets(clock)

    def take(self, tenant: str, tool: Tool) -> None:
        """Use up one call. Raises RateLimited, with the seconds until there is one again."""
        said = f"{tenant} calls {tool.name} more often than it may."
        self.buckets.take((tenant, tool.name), self.limits.of(tenant, tool), said)
