"""AKS agent pools and virtual machine scale sets: their sizes, and how many of their machines run."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from infra.local.azure import families, quotas
from infra.local.azure.account import location
from infra.local.azure.address import Address
from infra.local.azure.kind import Kind, Read, World
from infra.local.azure.refusal import Refusal, invalid
from infra.local.azure.store import Resource
from workflow.model.base import Json

CLUSTERS = "microsoft.containerservice/managedclusters"
POOLS = f"{CLUSTERS}/agentpools"
SCALE_SETS = "microsoft.compute/virtualmachinescalesets"


def _check_pool(world: World, address: Address, body: Json, old: Resource | None) -> None:
    said = body.get("properties") or {}
    if not families.known(str(said.get("vmSize", ""))):
        raise invalid(f"The VM size of {said.get('vmSize')} is not allowed in your subscription.", "BadRequest")
    if old is not None and old.properties["vmSize"] != said["vmSize"]:
        raise invalid("Changing property 'properties.vmSize' is not allowed.", "PropertyChangeNotAllowed")
    count, scales = int(said.get("count") or 0), bool(said.get("enableAutoScaling"))
    low, high = said.get("minCount"), said.get("maxCount")
    if not scales and (low is not None or high is not None):
        raise invalid("minCount and maxCount must be null when enableAutoScaling is false.", "InvalidParameter")
    if scales and (low is None or high is None or not int(low) <= count <= int(high)):
        raise invalid("count must lie between minCount and maxCount.", "InvalidParameter")
    _room(world, world.store.location(address), said["vmSize"], count - _count(old), f"PUT {address.id}")


def _count(old: Resource | None) -> int:
    return int(old.properties.get("count") or 0) if old else 0


def _room(world: World, place: str, size: str, more: int, call: str) -> None:
    if more > 0:
        quotas.ensure_room(world, place, size, more, spot=False, managed=False, call=call)


def _made_pool(world: World, pool: Resource) -> None:
    place, call = world.store.location(pool.address), f"PUT {pool.address.id}"
    pool.properties["eTag"] = str(uuid.uuid4())
    pool.properties.setdefault("powerState", {"code": "Running"})
    pool.hidden["short"] = world.faults.take("no_capacity", region=place, operation=call) is not None
    pool.hidden["ill"] = world.faults.take("unhealthy", region=place, operation=call) is not None


def _ready_pool(_world: World, pool: Resource) -> None:
    if pool.hidden["short"]:
        raise Refusal(409, "AllocationFailed", "Allocation failed. There is not sufficient capacity for the VM size.")
    if pool.hidden["ill"]:
        raise Refusal(409, "VMExtensionError", "Agents are unable to resolve the cluster's address.")


def _check_set(world: World, address: Address, body: Json, old: Resource | None) -> None:
    sku = body.get("sku") or {}
    if not families.known(str(sku.get("name", ""))):
        raise invalid(f"The value {sku.get('name')} provided for the VM size is not valid.")
    more = int(sku.get("capacity", 0)) - (int(old.body["sku"]["capacity"]) if old else 0)
    _room(world, location(body["location"]), sku["name"], more, f"PUT {address.id}")


def _made_set(_world: World, group: Resource) -> None:
    group.body["etag"] = str(uuid.uuid4())


def _patched_set(world: World, group: Resource, change: Json) -> None:
    """Before a PATCH is merged: is there room for it, and do the new machines come up?"""
    place, call = location(group.body["location"]), f"PATCH {group.address.id}"
    more = int((change.get("sku") or {}).get("capacity", 0)) - int(group.body["sku"]["capacity"])
    _room(world, place, group.body["sku"]["name"], more, call)
    if more > 0 and world.faults.take("no_capacity", region=place, operation=call):
        raise Refusal(409, "AllocationFailed", "Allocation failed. There is not sufficient capacity for the VM size.")
    if more > 0 and world.faults.take("unhealthy", region=place, operation=call):
        group.hidden["ill"] = more
    group.body["etag"] = str(uuid.uuid4())


def _view_instances(world: World, address: Address) -> Json:
    group = world.store.get(address.parent)
    capacity = int(group.body["sku"]["capacity"])
    ill = min(int(group.hidden.get("ill", 0)), capacity)
    counts: Mapping[str, int] = {"succeeded": capacity - ill, "failed": ill}
    summary = [{"code": f"ProvisioningState/{state}", "count": count} for state, count in counts.items() if count]
    return {"virtualMachine": {"statusesSummary": summary}, "statuses": []}


KINDS = {
    POOLS: Kind(check=_check_pool, made=_made_pool, ready=_ready_pool),
    SCALE_SETS: Kind(check=_check_set, made=_made_set, patched=_patched_set),
    "microsoft.insights/autoscalesettings": Kind(instant=True),
}
READS: Mapping[str, Read] = {f"{SCALE_SETS}/instanceview": _view_instances}
