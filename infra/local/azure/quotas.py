"""Usages and limits per location, counted from what runs there, and the refusal to go beyond."""

from __future__ import annotations

from collections import Counter
from typing import Final

from infra.local.azure import families
from infra.local.azure.account import location
from infra.local.azure.address import Address
from infra.local.azure.kind import Read, World
from infra.local.azure.refusal import Refusal, conflict
from infra.local.azure.store import Resource
from workflow.model.base import Json

REGIONAL: Final = "cores"
SPOT: Final = "lowPriorityCores"
ML_SPOT: Final = "TotalLowPriorityCores"
_LIMITS = {REGIONAL: 20_000, SPOT: 10_000, ML_SPOT: 10_000}
_FAMILY_LIMIT = 10_000
_TITLES = {REGIONAL: "Total Regional vCPUs", SPOT: "Total Regional Low-priority vCPUs"}
_SIZES = (
    "Standard_A1_v2", "Standard_B2ms", "Standard_B2s_v2", "Standard_D2_v3", "Standard_D2s_v3", "Standard_D2s_v5",
    "Standard_D2as_v5", "Standard_D2ps_v5", "Standard_E2s_v5", "Standard_F2s_v2", "Standard_L8s_v3",
    "Standard_M64ms", "Standard_NC4as_T4_v3", "Standard_NC6s_v3", "Standard_NC24ads_A100_v4",
    "Standard_NC40ads_H100_v5", "Standard_ND96asr_v4", "Standard_ND96amsr_A100_v4", "Standard_ND96isr_H100_v5",
    "Standard_NV36ads_A10_v5",
)  # fmt: skip
"""Sizes whose families are listed even where nothing of them runs. A family appears with its first machine, too."""


def draws(machine: str, spot: bool, managed: bool = False) -> tuple[str, ...]:
    """The counters that a machine draws on, the widest first."""
    if managed:
        return (ML_SPOT,) if spot else (families.family(machine),)
    return (SPOT,) if spot else (REGIONAL, families.family(machine))


def ensure_room(world: World, place: str, machine: str, count: int, *, spot: bool, managed: bool, call: str) -> None:
    """Refuse what would go beyond a limit, in Azure's own words."""
    need, used = families.vcpus(machine) * count, _used(world, place, managed)
    lowered = world.faults.take("quota", region=place, operation=call)
    for name in draws(machine, spot, managed):
        limit = lowered.limit if lowered else _LIMITS.get(name, _FAMILY_LIMIT)
        if used[name] + need > limit:
            raise conflict("OperationNotAllowed", _refused(name, place, limit, used[name], need))


def usages(world: World, address: Address) -> Json:
    """The answer of `locations/{location}/usages`."""
    managed = address.provider.lower() == "microsoft.machinelearningservices"
    place = location(address.names[0])
    lowered = world.faults.take("quota", region=place, operation=f"GET {address.id}")
    used = _used(world, place, managed)
    listed = {name for size in _SIZES for spot in (False, True) for name in draws(size, spot, managed)} | set(used)
    rows = []
    for name in sorted(listed):
        limit = lowered.limit if lowered else _LIMITS.get(name, _FAMILY_LIMIT)
        title = {"value": name, "localizedValue": _TITLES.get(name, name)}
        rows.append({"name": title, "unit": "Count", "currentValue": used[name], "limit": limit})
    return {"value": rows}


def quota_api(world: World, path: str) -> Json:
    """The Microsoft.Quota provider's `quotas` and `usages` of a location's compute, read only."""
    from infra.local.azure.address import parse

    scope, _, what = path.rpartition("/providers/Microsoft.Quota/")
    kind, _, name = what.partition("/")
    address = parse(f"{scope}/usages")
    rows = [_quota(path if name else f"{path}/{row['name']['value']}", kind, row) for row in _rows(world, address)]
    if not name:
        return {"value": rows}
    for row in rows:
        if row["name"].lower() == name.lower():
            return row
    raise Refusal(404, "ResourceNotFound", f"There is no quota named '{name}' in this scope.")


def _rows(world: World, address: Address) -> list[Json]:
    rows: list[Json] = usages(world, address)["value"]
    return rows


def _quota(path: str, kind: str, row: Json) -> Json:
    properties: Json = {"name": row["name"], "unit": row["unit"], "isQuotaApplicable": True, "properties": {}}
    if kind.lower() == "usages":
        properties["usages"] = {"value": row["currentValue"]}
    else:
        properties["limit"] = {"limitObjectType": "LimitValue", "value": row["limit"]}
    shape = f"Microsoft.Quota/{kind}"
    return {"id": path, "name": row["name"]["value"], "type": shape, "properties": properties}


def _used(world: World, place: str, managed: bool) -> Counter[str]:
    used: Counter[str] = Counter()
    for resource in world.store.under("/subscriptions"):
        read = _USERS[managed].get(resource.address.shape)
        if read is not None and world.store.location(resource.address) == place:
            machine, count, spot = read(resource)
            for name in draws(machine, spot, managed):
                used[name] += families.vcpus(machine) * count
    return used


def _machine(resource: Resource) -> tuple[str, int, bool]:
    running = resource.hidden.get("power") != "deallocated"
    properties = resource.properties
    return properties["hardwareProfile"]["vmSize"], int(running), properties.get("priority") == "Spot"


def _job(resource: Resource) -> tuple[str, int, bool]:
    properties = resource.properties
    busy = properties["status"] in ("Queued", "Running")
    spot = (properties.get("queueSettings") or {}).get("jobTier") == "Spot"
    wanted = properties["resources"]
    return wanted["instanceType"], wanted["instanceCount"] if busy else 0, spot


def _deployment(resource: Resource) -> tuple[str, int, bool]:
    return resource.properties["instanceType"], resource.body["sku"]["capacity"], False


_LEARNING = "microsoft.machinelearningservices/workspaces"
_USERS = {
    False: {"microsoft.compute/virtualmachines": _machine},
    True: {f"{_LEARNING}/jobs": _job, f"{_LEARNING}/onlineendpoints/deployments": _deployment},
}
"""What uses machines, of compute and of the managed service: machine, count and whether it is spot."""


def _refused(name: str, place: str, limit: int, used: int, need: int) -> str:
    return (
        f"Operation could not be completed as it results in exceeding approved {name} Cores quota. Additional details -"
        f" Deployment Model: Resource Manager, Location: {place}, Current Limit: {limit}, Current Usage: {used},"
        f" Additional Required: {need}, (Minimum) New Limit Required: {used + need}."
    )


READS: dict[str, Read] = {
    "microsoft.compute/locations/usages": usages,
    "microsoft.machinelearningservices/locations/usages": usages,
}
