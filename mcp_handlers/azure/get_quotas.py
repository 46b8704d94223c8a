"""Read the vCPU quota that a machine would draw on: Azure counts cores, by family, by region and for spot apart."""

from __future__ import annotations

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.errors import translated
from mcp_handlers.azure.families import counter
from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.tools.get_quotas import Input, Output
from workflow.model.base import Json
from workflow.model.errors import NotFound

PERMISSIONS = (
    "Microsoft.Compute/locations/usages/read",
    "Microsoft.MachineLearningServices/locations/usages/read",
)
_REGIONAL = "cores"
_SPOT = {False: "lowPriorityCores", True: "TotalLowPriorityCores"}
_PROVIDER = {False: "Microsoft.Compute", True: "Microsoft.MachineLearningServices"}


def call(wanted: Input, clients: Clients, _key: str) -> Output:
    """The tightest counter of those that the machines would draw on. Raises NotFound for an unknown machine."""
    machine = load_cloud("azure").machine(wanted.machine)
    if machine is None:
        raise NotFound(f"Azure sells no machine {wanted.machine}.", "Name a size that get_cost_estimate lists.")
    path = f"/subscriptions/{clients.subscription}/providers/{_PROVIDER[wanted.managed]}"
    with translated(clients, wanted.region):
        rows = clients.arm.rows(f"{path}/locations/{wanted.region}/usages")
    usages = {row["name"]["value"]: row for row in rows}
    counters = _counters(wanted, usages)
    if not counters:
        raise NotFound(f"Azure reports no quota for {wanted.machine} in {wanted.region}.")
    needed = machine.vcpus * wanted.count
    return min((_output(row, needed) for row in counters), key=lambda output: output.free)


def _counters(wanted: Input, usages: dict[str, Json]) -> list[Json]:
    """The family's counter may be missing where nothing of it was ever used; then only the region's is known."""
    if wanted.purchase == "spot":
        names: list[str | None] = [_SPOT[wanted.managed]]
    else:
        names = [_REGIONAL, counter(wanted.machine, usages)]
    return [usages[name] for name in names if name is not None and name in usages]


def _output(row: Json, needed: int) -> Output:
    limit, used = float(row["limit"]), float(row["currentValue"])
    free = max(0.0, limit - used)
    return Output(name=row["name"]["value"], unit="vCPU", limit=limit, used=used, free=free, needed=needed)
