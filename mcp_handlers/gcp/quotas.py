"""Google's quotas: what a machine draws on, what the limit is, and how much is in use.

Compute tells most of them per region with their use. The newest machine series and GPUs have only a limit, in Cloud
Quotas; and so has Vertex AI. There the use is counted: the region's running instances, or its unfinished jobs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mcp_handlers.gcp import jobs, machines
from mcp_handlers.gcp.client import Clients
from workflow.model.base import Json
from workflow.model.errors import NotFound

_SHARED_SERIES = ("e2", "f1", "g1", "g2", "n1")
"""Series that draw on the plain CPUS quota. Source: https://cloud.google.com/compute/resource-usage#cpu_quota."""
_STOPPED = ("TERMINATED", "STOPPED", "SUSPENDED")
_UNLIMITED = 1e12
"""What is told for Google's -1."""
_COMPUTE, _VERTEX = "compute.googleapis.com", "aiplatform.googleapis.com"


@dataclass(frozen=True)
class Quota:
    """One quota as it stands: `each` is what one more machine would draw."""

    name: str
    unit: str
    limit: float
    used: float
    each: int


def of_compute(clients: Clients, region: str, machine: machines.Machine, *, spot: bool) -> list[Quota]:
    """The CPU quota, and for a GPU machine the GPU quota, that Compute Engine would charge. Raises TollgateError."""
    told = clients.compute("GET", f"regions/{region}", region=region)["quotas"]
    regional = {item["metric"]: item for item in told}
    found = [_cpus(clients, region, machine, regional, spot=spot)]
    if machine.gpu:
        found.append(_gpus(clients, region, machine, regional, spot=spot))
    return found


def of_training(clients: Clients, region: str, machine: machines.Machine, *, spot: bool) -> list[Quota]:
    """The quota that Vertex AI would charge for a training job: the GPUs', or the CPUs' without any.

    Raises TollgateError; NotFound where Google publishes no such quota.
    """
    metric, unit = _training_metric(machine, spot=spot)
    told = clients.every(clients.quotas, f"{_VERTEX}/quotaInfos", "quotaInfos", region=region)
    infos = [info for info in told if info["metric"] == f"{_VERTEX}/{metric}"]
    limit = _limit(infos, region, {})
    used = 0
    for job in jobs.unfinished(clients, region):
        spec = job["jobSpec"]
        if ((spec.get("scheduling") or {}).get("strategy") == "SPOT") == spot:
            used += sum(_in_pool(pool, machine) for pool in spec["workerPoolSpecs"])
    return [Quota(f"{_VERTEX}/{metric}", unit, limit, used, machine.gpu_count or machine.vcpus)]


def _training_metric(machine: machines.Machine, *, spot: bool) -> tuple[str, str]:
    what, unit = (f"{_nvidia(machine).lower()}_gpus", "GPUs") if machine.gpu else ("cpus", "vCPUs")
    return f"custom_model_training_{'preemptible_' if spot else ''}{what}", unit


def _nvidia(machine: machines.Machine) -> str:
    return f"NVIDIA_{machine.gpu.replace('-', '_')}"


def _in_pool(pool: Json, machine: machines.Machine) -> int:
    """What a job's worker pool uses of the kind that `machine` would draw on."""
    spec, replicas = pool["machineSpec"], int(pool.get("replicaCount", 1))
    if machine.gpu:
        same = spec.get("acceleratorType") == machine.accelerator.upper().replace("-", "_")
        return int(spec["acceleratorCount"]) * replicas if same else 0
    return _vcpus(spec["machineType"]) * replicas


def _vcpus(machine_type: str) -> int:
    known = machines.known(machine_type)
    return known.vcpus if known else 0


def _cpus(
    clients: Clients, region: str, machine: machines.Machine, regional: Mapping[str, Json], *, spot: bool
) -> Quota:
    own = "CPUS" if machine.series in _SHARED_SERIES else f"{machine.series.upper()}_CPUS"
    for metric in (*(["PREEMPTIBLE_CPUS"] if spot else []), own):
        if metric in regional:
            return _regional(regional[metric], "vCPUs", machine.vcpus)

    def in_use(kind: str) -> int:
        return _vcpus(kind) if kind.partition("-")[0] == machine.series else 0

    family = {"vm_family": machine.series.upper()}
    return _per_family(clients, region, "CPUS-PER-VM-FAMILY", family, "vCPUs", machine.vcpus, in_use)


def _gpus(
    clients: Clients, region: str, machine: machines.Machine, regional: Mapping[str, Json], *, spot: bool
) -> Quota:
    metric = f"{'PREEMPTIBLE_' if spot else ''}{_nvidia(machine)}_GPUS"
    if metric in regional:
        return _regional(regional[metric], "GPUs", machine.gpu_count)

    def in_use(kind: str) -> int:
        known = machines.known(kind)
        return known.gpu_count if known and known.gpu == machine.gpu else 0

    family = {"gpu_family": _nvidia(machine)}
    return _per_family(clients, region, "GPUS-PER-GPU-FAMILY", family, "GPUs", machine.gpu_count, in_use)


def _regional(told: Json, unit: str, each: int) -> Quota:
    return Quota(told["metric"], unit, float(told["limit"]), float(told["usage"]), each)


def _per_family(
    clients: Clients, region: str, quota: str, family: Json, unit: str, each: int, in_use: Callable[[str], int]
) -> Quota:
    """A quota that Cloud Quotas keeps by family; `in_use` tells what a running machine type takes of it."""
    info = clients.quotas("GET", f"{_COMPUTE}/quotaInfos/{quota}-per-project-region", region=region)
    listed = clients.compute("GET", "aggregated/instances", region=region)["items"]
    here = [found for scope, found in listed.items() if scope.rpartition("-")[0] == f"zones/{region}"]
    running = [item for found in here for item in found.get("instances", []) if item["status"] not in _STOPPED]
    used = sum(in_use(item["machineType"].rpartition("/")[2]) for item in running)
    name = f"{quota}/{next(iter(family.values()))}"
    return Quota(name, unit, _limit([info], region, family), used, each)


def _limit(infos: list[Json], region: str, family: Json) -> float:
    """The limit for the region (and family), where an entry without dimensions holds for all that have no own one."""
    wanted = {"region": region, **family}
    entries = [entry for info in infos for entry in info.get("dimensionsInfos", [])]
    fitting = [
        entry
        for entry in entries
        if (entry.get("dimensions") or {}).items() <= wanted.items()
        and ("region" in (entry.get("dimensions") or {}) or region in entry.get("applicableLocations", ()))
    ]
    if not fitting:
        raise NotFound(f"gcp: Google publishes no such quota for {' '.join(wanted.values())}")
    closest = max(fitting, key=lambda entry: len(entry.get("dimensions") or {}))
    value = float(closest["details"]["value"])
    return _UNLIMITED if value < 0 else value
