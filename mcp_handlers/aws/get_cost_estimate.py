"""Prices a need from this cloud's own price file. It calls nothing."""

from __future__ import annotations

from typing import Any

from mcp_handlers.aws.permissions import Allow
from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.prices.estimate import estimate
from mcp_handlers.tools.get_cost_estimate import Input, Output

PERMISSIONS: tuple[Allow, ...] = ()
"""It reads the price file, and asks AWS for nothing."""


def call(wanted: Input, clients: Any, key: str) -> Output:
    """What fits in this cloud, cheapest first."""
    return estimate(load_cloud("aws"), wanted)
