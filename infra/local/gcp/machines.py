"""Machine types as compute shows them, and what one that is asked for amounts to."""

from __future__ import annotations

from dataclasses import dataclass

from infra.local.gcp import places
from infra.local.gcp.places import Hardware
from infra.local.gcp.wire import invalid
from infra.local.gcp.world import Scope
from workflow.model.base import Json

ACCELERATORS = {
    "A100": "nvidia-tesla-a100",
    "A100-80GB": "nvidia-a100-80gb",
    "H100": "nvidia-h100-80gb",
    "H100-MEGA": "nvidia-h100-mega-80gb",
    "H200": "nvidia-h200-141gb",
    "B200": "nvidia-b200",
    "L4": "nvidia-l4",
    "T4": "nvidia-tesla-t4",
    "V100": "nvidia-tesla-v100",
}
"""Compute's accelerator types by the price file's GPU names. Source: Compute Engine's page on GPU machine types."""


@dataclass(frozen=True)
class Asked:
    """A machine as a request describes it: its type, and its GPUs whether built in or attached."""

    hardware: Hardware
    gpu: str
    gpu_count: int


def asked(zone: str, view: Json) -> Asked:
    """The machine that an instance's JSON asks for. Raises ApiError for what the zone does not have."""
    named = str(view.get("machineType") or "").rpartition("/")[2]
    if not named:
        raise invalid("Invalid value for field 'resource.machineType': ''. Machine type must be specified.")
    hardware = places.hardware().get(named)
    if hardware is None or not hardware.vcpus or zone not in hardware.zones:
        raise invalid(
            f"Invalid value for field 'resource.machineType': '{view['machineType']}'. "
            f"Machine type with name '{named}' does not exist in zone '{zone}'."
        )
    attached = view.get("guestAccelerators") or []
    if not attached:
        return Asked(hardware, hardware.gpu, hardware.gpu_count)
    return _with_accelerator(zone, hardware, attached[0])


def _with_accelerator(zone: str, hardware: Hardware, attached: Json) -> Asked:
    name = str(attached.get("acceleratorType", "")).rpartition("/")[2]
    count = int(attached.get("acceleratorCount", 0))
    sold = places.hardware().get(name)
    if hardware.gpu and ACCELERATORS[hardware.gpu] == name and hardware.gpu_count == count:
        return Asked(hardware, hardware.gpu, count)
    if not hardware.name.startswith("n1-"):
        raise invalid(f"[{hardware.name}, {name}:{count}] features are not compatible for creating instance.")
    if sold is None or zone not in sold.zones or not 1 <= count <= sold.gpu_count:
        raise invalid(
            "Invalid value for field 'resource.guestAccelerators[0].acceleratorType': "
            f"'{name}' x {count}. Accelerator type does not exist in zone '{zone}'."
        )
    return Asked(hardware, sold.gpu, count)


def view(host: str, scope: Scope, item: Hardware) -> Json:
    """A machine type's JSON."""
    zone = scope[1].partition("/")[2]
    built_in = {"guestAcceleratorType": ACCELERATORS.get(item.gpu), "guestAcceleratorCount": item.gpu_count}
    return {
        "kind": "compute#machineType",
        "id": str(1000 + sorted(places.hardware()).index(item.name)),
        "name": item.name,
        "description": f"{item.vcpus} vCPUs, {item.memory_mib / 1024:g} GB RAM",
        "guestCpus": item.vcpus,
        "memoryMb": item.memory_mib,
        "zone": zone,
        "selfLink": f"{host}/compute/v1/projects/{scope[0]}/{scope[1]}/machineTypes/{item.name}",
        **({"accelerators": [built_in]} if item.gpu else {}),
    }
