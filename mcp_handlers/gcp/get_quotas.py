"""Read what the project may still use of Google Cloud in a region."""

from __future__ import annotations

from mcp_handlers.gcp import machines, quotas
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools.get_quotas import Input, Output

PERMISSIONS = (
    "aiplatform.customJobs.list",
    "cloudquotas.quotas.get",
    "compute.instances.list",
    "compute.regions.get",
)


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Of the quotas that the machines would draw on, the one that leaves least room. Raises TollgateError."""
    machine, spot = machines.machine(wanted.machine), wanted.purchase == "spot"
    read = quotas.of_training if wanted.managed else quotas.of_compute
    found = read(clients, wanted.region, machine, spot=spot)
    tightest = min(found, key=lambda quota: (quota.limit - quota.used) / quota.each)
    return Output(
        name=tightest.name,
        unit=tightest.unit,
        limit=tightest.limit,
        used=tightest.used,
        free=max(tightest.limit - tightest.used, 0),
        needed=tightest.each * wanted.count,
    )
