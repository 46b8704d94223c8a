"""Cloud Quotas v1: what compute's `regions.get` does not tell, per machine family, GPU family and for Vertex AI."""

from __future__ import annotations

from infra.local.gcp import places, quotas
from infra.local.gcp.machines import ACCELERATORS
from infra.local.gcp.wire import ApiError, Call, Reply, page
from infra.local.gcp.world import World
from workflow.model.base import Json

_FAMILIES = ("C3D", "C4", "C4D", "N4", "A3", "A4")
_GPU_FAMILIES = ("NVIDIA_H100", "NVIDIA_H100_MEGA", "NVIDIA_H200", "NVIDIA_B200")


def answer(world: World, call: Call) -> Reply:
    """Answer `…/services/SERVICE/quotaInfos` and `…/quotaInfos/ID`. Raises ApiError."""
    service, tail = call.segments[6], call.segments[7:]
    parent = "/".join(call.segments[1:7])
    infos = [_info(world, parent, metric, dimension, values) for metric, dimension, values in _metrics(service)]
    if tail == ("quotaInfos",):
        items, more = page(infos, call.query, "pageSize")
        return Reply({"quotaInfos": items, **more})
    for info in infos:
        if info["name"].endswith("/" + "/".join(tail)):
            return Reply(info)
    raise ApiError(404, "notFound", f"Quota info not found: {call.raw_path}")


def _metrics(service: str) -> list[tuple[str, str, tuple[str, ...]]]:
    if service == "compute.googleapis.com":
        return [
            ("compute.googleapis.com/cpus_per_vm_family", "vm_family", _FAMILIES),
            ("compute.googleapis.com/gpus_per_gpu_family", "gpu_family", _GPU_FAMILIES),
        ]
    if service == "aiplatform.googleapis.com":
        words = [quotas.training_metric(gpu, spot) for gpu in ("", *ACCELERATORS) for spot in (False, True)]
        return [(f"aiplatform.googleapis.com/{word}", "", ()) for word in words]
    return []


def _info(world: World, parent: str, metric: str, dimension: str, values: tuple[str, ...]) -> Json:
    word = metric.rpartition("/")[2]
    quota_id = "".join(part.capitalize() for part in word.split("_")) + "PerProjectPerRegion"
    if dimension:
        quota_id = f"{word.upper().replace('_', '-')}-per-project-region"
    infos = [
        {
            "dimensions": {"region": region, **({dimension: value} if dimension else {})},
            "details": {"value": str(int(quotas.limit(world, region, f"{word.upper()}:{value}" if value else word)))},
            "applicableLocations": [region],
        }
        for region in places.regions()
        for value in values or ("",)
    ]
    return {
        "name": f"{parent}/quotaInfos/{quota_id}",
        "quotaId": quota_id,
        "metric": metric,
        "service": metric.partition("/")[0],
        "isPrecise": True,
        "containerType": "PROJECT",
        "dimensions": ["region", *([dimension] if dimension else [])],
        "dimensionsInfos": infos,
    }
