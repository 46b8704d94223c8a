"""Start spot virtual machines. An evicted one is stopped, not deleted, so that its state can be read."""

from __future__ import annotations

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.launch import LAUNCH, launch
from mcp_handlers.tools.launch_spot import Input, Output

PERMISSIONS = LAUNCH


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Start the machines at or below the ceiling, or find those that the same key started."""
    return Output(resources=launch(wanted, clients, key, spot=True, ceiling=wanted.max_price_micros_hour))
