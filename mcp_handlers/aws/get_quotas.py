"""Read limit and use of the quota that starting these machines would draw on."""

from __future__ import annotations

from mcp_handlers.aws import training_quota, vcpu_quota
from mcp_handlers.aws.client import Clients
from mcp_handlers.tools.get_quotas import Input, Output


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """EC2 counts vCPUs per family and purchase option; SageMaker counts machines per type and purchase option."""
    return training_quota.read(wanted, clients) if wanted.managed else vcpu_quota.read(wanted, clients)
