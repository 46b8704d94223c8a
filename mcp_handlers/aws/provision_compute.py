"""Start on-demand EC2 instances."""

from __future__ import annotations

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.launch import LAUNCH, launch
from mcp_handlers.tools.provision_compute import Input, Output

PERMISSIONS = LAUNCH


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """RunInstances, once per key; all of them or none."""
    return Output(resources=launch(wanted, clients, key))
