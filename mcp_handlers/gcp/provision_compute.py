"""Start on-demand machines on Compute Engine."""

from __future__ import annotations

from mcp_handlers.gcp import instances
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools.provision_compute import Input, Output

PERMISSIONS = instances.LAUNCH


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """One instance per machine, named after `key`. All or none. Raises TollgateError."""
    return Output(resources=instances.start(wanted, clients, key, spot=False))
