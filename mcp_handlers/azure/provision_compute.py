"""Start on-demand virtual machines, each in a private network of its effect."""

from __future__ import annotations

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.launch import LAUNCH, launch
from mcp_handlers.tools.provision_compute import Input, Output

PERMISSIONS = LAUNCH


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Start the machines, or find those that the same key started. A resource's id is the machine's name."""
    return Output(resources=launch(wanted, clients, key))
