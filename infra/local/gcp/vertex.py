"""Vertex AI v1: custom training jobs. A job runs from the second look at it on, until it is cancelled."""

from __future__ import annotations

from collections import Counter

from infra.local.gcp import machines, places, quotas, serving
from infra.local.gcp.kinds import check_labels
from infra.local.gcp.query import matches
from infra.local.gcp.wire import ApiError, Call, Reply, invalid, page
from infra.local.gcp.world import World, now
from workflow.model.base import Json

_NEXT = {"JOB_STATE_PENDING": "JOB_STATE_RUNNING", "JOB_STATE_CANCELLING": "JOB_STATE_CANCELLED"}
_GPU_NAMES = {name.upper().replace("-", "_"): gpu for gpu, name in machines.ACCELERATORS.items()}
_GPU_NUMBERS = {
    3: "V100",
    5: "T4",
    8: "A100",
    9: "A100-80GB",
    11: "L4",
    13: "H100",
    14: "H100-MEGA",
    15: "H200",
    16: "B200",
}
_STRATEGIES = {3: "STANDARD", 4: "SPOT"}
"""Enum numbers of the v1 API, which clients may send in place of names."""
_ENDED = ("JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED", "JOB_STATE_CANCELLED")
_METADATA = "type.googleapis.com/google.cloud.aiplatform.v1.DeleteOperationMetadata"


def answer(world: World, call: Call) -> Reply:
    """Answer one call below `/v1/projects/P/locations/R`. Raises ApiError."""
    region, tail = call.segments[4], call.segments[5:]
    if region not in places.regions():
        raise invalid(f"Unsupported region for Vertex AI: '{region}'")
    parent = "/".join(call.segments[1:5])
    if tail[0].partition(":")[0] in ("endpoints", "models"):
        return serving.answer(world, call)
    if tail[0] == "operations" and len(tail) == 2:
        return Reply(_done(f"{parent}/operations/{tail[1]}"))
    if tail[0] != "customJobs":
        raise ApiError(404, "notFound", f"Not found: {call.raw_path}")
    if len(tail) == 1:
        return _create(world, call, parent, region) if call.method == "POST" else _list(world, call, parent)
    number, _, action = tail[1].partition(":")
    job = world.jobs.get(f"{parent}/customJobs/{number}")
    if job is None:
        raise ApiError(404, "notFound", f"The CustomJob does not exist: {parent}/customJobs/{number}")
    return _job(world, call, job, action)


def _done(name: str) -> Json:
    metadata = {"@type": _METADATA, "genericMetadata": {"createTime": now(), "updateTime": now()}}
    return {
        "name": name,
        "metadata": metadata,
        "done": True,
        "response": {"@type": "type.googleapis.com/google.protobuf.Empty"},
    }


def _create(world: World, call: Call, parent: str, region: str) -> Reply:
    body = call.body
    pools = (body.get("jobSpec") or {}).get("workerPoolSpecs") or []
    if not body.get("displayName") or not pools:
        raise invalid("displayName and jobSpec.workerPoolSpecs are required.")
    check_labels(body.get("labels") or {})
    _name_enums(body["jobSpec"])
    for pool in pools:
        _check_pool(region, pool)
    if int(pools[0].get("replicaCount", 1)) != 1:
        raise invalid("replica_count of the primary worker pool must be 1.")
    _refuse(world, call, body, region)
    name = f"{parent}/customJobs/{world.new_id()}"
    times = {"createTime": now(), "updateTime": now()}
    job = {**body, "name": name, "state": "JOB_STATE_PENDING", **times}
    world.jobs[name] = job
    if world.faults.take("unhealthy", region=region, operation=call.operation):
        _fail(job, 3, "The replica workerpool0-0 exited with a non-zero status of 1.")
    return Reply(job)


def _name_enums(spec: Json) -> None:
    scheduling = spec.setdefault("scheduling", {})
    scheduling["strategy"] = _STRATEGIES.get(scheduling.get("strategy"), scheduling.get("strategy", "STANDARD"))
    for pool in spec["workerPoolSpecs"]:
        machine = pool.get("machineSpec") or {}
        if machine.get("acceleratorType") in _GPU_NUMBERS:
            gpu = _GPU_NUMBERS[machine["acceleratorType"]]
            machine["acceleratorType"] = machines.ACCELERATORS[gpu].upper().replace("-", "_")


def _check_pool(region: str, pool: Json) -> None:
    spec = pool.get("machineSpec") or {}
    if not (pool.get("containerSpec") or {}).get("imageUri"):
        raise invalid("containerSpec.imageUri is required.")
    hardware = places.hardware().get(str(spec.get("machineType")))
    if hardware is None or not any(places.region_of(zone) == region for zone in hardware.zones):
        raise invalid(f"Machine type '{spec.get('machineType')}' is not supported in region '{region}'.")
    gpu = _GPU_NAMES.get(spec.get("acceleratorType", ""), "")
    if hardware.gpu and (gpu, spec.get("acceleratorCount")) != (hardware.gpu, hardware.gpu_count):
        raise invalid(f"Accelerator '{spec.get('acceleratorType')}' does not go with machine type '{hardware.name}'.")


def _refuse(world: World, call: Call, body: Json, region: str) -> None:
    if world.faults.take("no_capacity", region=region, operation=call.operation):
        advice = "Please try a different region or use a different accelerator."
        raise ApiError(429, "RESOURCE_EXHAUSTED", f"Resources are insufficient in region: {region}. {advice}")
    wanted, used = drawn(body), Counter[str]()
    for name, job in world.jobs.items():
        if f"/locations/{region}/" in name and job["state"] not in _ENDED:
            used += drawn(job)
    over = [metric for metric in wanted if used[metric] + wanted[metric] > quotas.limit(world, region, metric)]
    if over:
        metrics = ", ".join(f"aiplatform.googleapis.com/{metric}" for metric in over)
        raise ApiError(429, "RESOURCE_EXHAUSTED", f"The following quota metrics exceed quota limits: {metrics}")


def drawn(job: Json) -> Counter[str]:
    """What a job draws on, by Vertex AI's metric."""
    spec, total = job["jobSpec"], Counter[str]()
    spot = spec["scheduling"]["strategy"] == "SPOT"
    for pool in spec["workerPoolSpecs"]:
        machine, replicas = pool["machineSpec"], int(pool.get("replicaCount", 1))
        hardware = places.hardware()[machine["machineType"]]
        total[quotas.training_metric("", spot)] += hardware.vcpus * replicas
        if machine.get("acceleratorType"):
            gpu = _GPU_NAMES[machine["acceleratorType"]]
            total[quotas.training_metric(gpu, spot)] += int(machine["acceleratorCount"]) * replicas
    return total


def _fail(job: Json, code: int, message: str) -> None:
    job |= {
        "state": "JOB_STATE_FAILED",
        "error": {"code": code, "message": message},
        "endTime": now(),
        "updateTime": now(),
    }


def _advance(world: World, job: Json, region: str) -> Json:
    """The job, moved on by being looked at. A spot job may be taken back as soon as it runs."""
    if job["state"] in _NEXT:
        job |= {"state": _NEXT[job["state"]], "updateTime": now(), "startTime": job.get("startTime", now())}
    spot = job["jobSpec"]["scheduling"]["strategy"] == "SPOT"
    if spot and job["state"] == "JOB_STATE_RUNNING":
        operation = f"POST /v1/{job['name'].rpartition('/')[0]}"
        if world.faults.take("spot_reclaimed", region=region, operation=operation):
            _fail(job, 8, "The job failed because its spot machines were preempted.")
    return job


def _list(world: World, call: Call, parent: str) -> Reply:
    jobs = [job for name, job in world.jobs.items() if name.startswith(f"{parent}/")]
    found = [job for job in reversed(jobs) if matches(job, call.query.get("filter", ""))]
    items, more = page(found, call.query, "pageSize")
    return Reply({"customJobs": items, **more})


def _job(world: World, call: Call, job: Json, action: str) -> Reply:
    region = call.segments[4]
    if call.method == "POST" and action == "cancel":
        if job["state"] not in _ENDED:
            job |= {"state": "JOB_STATE_CANCELLING", "updateTime": now()}
        return Reply({})
    if call.method == "DELETE":
        if job["state"] not in _ENDED:
            raise ApiError(400, "FAILED_PRECONDITION", "The job is still running. Cancel it before deleting it.")
        del world.jobs[job["name"]]
        return Reply(_done(f"projects/{call.segments[2]}/locations/{region}/operations/{world.new_id()}"))
    return Reply(_advance(world, job, region))
