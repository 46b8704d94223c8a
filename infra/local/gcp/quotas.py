"""A region's quotas: the metrics of compute's `regions.get`, what uses them, and whether one more machine fits.

Machine families and GPUs whose quotas Google keeps elsewhere (C4, N4, A3, A4 …) are limited per family there, by Cloud
Quotas' `CPUS-PER-VM-FAMILY` and `GPUS-PER-GPU-FAMILY`.
"""

from __future__ import annotations

from collections import Counter

from infra.local.gcp import machines, places
from infra.local.gcp.world import Scope, World
from workflow.model.base import Json

_SHARED_CPUS = ("e2", "f1", "g1", "n1", "g2")
_OWN_CPUS = ("a2", "c2", "c2d", "c3", "m1", "m2", "m3", "n2", "n2d", "t2a", "t2d")
_GPUS = ("A100", "A100-80GB", "L4", "P100", "T4", "V100")
_DEFAULT_CPUS, _DEFAULT_GPUS = 5000, 128
LIMITS = {
    "CPUS": _DEFAULT_CPUS,
    "PREEMPTIBLE_CPUS": _DEFAULT_CPUS,
    "INSTANCES": 6000,
    "DISKS_TOTAL_GB": 1_000_000,
    "SSD_TOTAL_GB": 1_000_000,
    **{f"{family.upper()}_CPUS": _DEFAULT_CPUS for family in _OWN_CPUS},
    **{f"NVIDIA_{gpu.replace('-', '_')}_GPUS": _DEFAULT_GPUS for gpu in _GPUS},
    **{f"PREEMPTIBLE_NVIDIA_{gpu.replace('-', '_')}_GPUS": _DEFAULT_GPUS for gpu in (*_GPUS, "H100")},
}


def drawn(machine: machines.Asked, spot: bool) -> Counter[str]:
    """What one such machine draws on, by metric."""
    family = machine.hardware.name.partition("-")[0]
    own = f"{family.upper()}_CPUS"
    cpus = "PREEMPTIBLE_CPUS" if spot else own if own in LIMITS else "CPUS"
    if not spot and family not in (*_SHARED_CPUS, *_OWN_CPUS):
        cpus = f"CPUS_PER_VM_FAMILY:{family.upper()}"
    found = Counter({cpus: machine.hardware.vcpus, "INSTANCES": 1})
    if machine.gpu:
        gpu = machine.gpu.replace("-", "_")
        metric = f"{'PREEMPTIBLE_' if spot else ''}NVIDIA_{gpu}_GPUS"
        found[metric if metric in LIMITS else f"GPUS_PER_GPU_FAMILY:NVIDIA_{gpu}"] += machine.gpu_count
    return found


def used(world: World, project: str, region: str) -> Counter[str]:
    """What the region's instances use now."""
    total: Counter[str] = Counter()
    for (scope, kind), found in world.resources.items():
        zone = scope[1].partition("/")[2]
        if scope[0] != project or kind != "instances" or places.region_of(zone) != region:
            continue
        for view in found.values():
            if view["status"] not in ("TERMINATED", "SUSPENDED"):
                total += drawn(machines.asked(zone, view), _spot(view))
    return total


def _spot(view: Json) -> bool:
    return bool(view["scheduling"]["provisioningModel"] == "SPOT")


def limit(world: World, region: str, metric: str) -> float:
    """The limit of a metric, or what a fault says it is. A fault counts as used only where it refuses something."""
    for fault in world.faults.list():
        if fault.kind == "quota" and fault.region in ("", region) and fault.operation in metric:
            return float(fault.limit)
    return float(LIMITS.get(metric, _DEFAULT_GPUS if "gpus" in metric.lower() else _DEFAULT_CPUS))


def training_metric(gpu: str, spot: bool) -> str:
    """Vertex AI's metric for custom training on a GPU (price file's name; empty: on CPUs)."""
    kind = f"nvidia_{gpu.lower().replace('-', '_')}_gpus" if gpu else "cpus"
    return f"custom_model_training_{'preemptible_' if spot else ''}{kind}"


def exceeded(world: World, scope: Scope, machine: machines.Asked, born: Json) -> str:
    """Compute's sentence about the first quota that this instance would exceed; empty where it fits."""
    region = places.region_of(scope[1].partition("/")[2])
    in_use = used(world, scope[0], region)
    for metric, amount in drawn(machine, _spot(born)).items():
        most = limit(world, region, metric)
        if in_use[metric] + amount > most:
            return f"Quota '{metric.partition(':')[0]}' exceeded.  Limit: {most} in region {region}."
    return ""


def region_view(world: World, host: str, project: str, region: str) -> Json:
    """A region's JSON, with its quotas."""
    in_use, base = used(world, project, region), f"{host}/compute/v1/projects/{project}"
    return {
        "kind": "compute#region",
        "id": str(1000 + list(places.regions()).index(region)),
        "name": region,
        "status": "UP",
        "selfLink": f"{base}/regions/{region}",
        "zones": [f"{base}/zones/{zone}" for zone in places.regions()[region]],
        "quotas": [
            {"metric": metric, "limit": limit(world, region, metric), "usage": float(in_use[metric])}
            for metric in LIMITS
        ],
    }
