"""Vertex AI v1: models, endpoints, and what is deployed on them. Everything that takes its time is an operation."""

from __future__ import annotations

import time
from collections.abc import Callable

from infra.local.gcp import places, quotas
from infra.local.gcp.kinds import check_labels
from infra.local.gcp.wire import ApiError, Call, Reply, invalid, page
from infra.local.gcp.world import Lro, World, now
from workflow.model.base import Json

OPERATION_SECONDS = 0.05
"""How long an operation is in progress: long enough that a client has to poll."""
_TYPES = "type.googleapis.com/google.cloud.aiplatform.v1."
_EMPTY = {"@type": "type.googleapis.com/google.protobuf.Empty"}
_CRASHED = "Model server terminated: model server container terminated: exit_code: 1"
_ALL = 100


def answer(world: World, call: Call) -> Reply:
    """Answer one call on models, endpoints or their operations. Raises ApiError."""
    for lro in world.lros.values():
        lro.settle()
    tail = call.segments[5:]
    name, _, action = "/".join(call.segments[1:]).partition(":")
    kind = tail[0].partition(":")[0]
    if "operations" in tail:
        return _operations(world, name)
    if len(tail) == 1 and (collection := _COLLECTIONS.get((call.method, kind, action))):
        return collection(world, call, name)
    found = world.serving.get(name)
    act = _ACTIONS.get((call.method, kind, action))
    if found is None or act is None:
        raise ApiError(404, "notFound", f"The resource does not exist: {name}")
    return act(world, call, found)


def _begin(world: World, resource: str, kind: str, finish: Callable[[], Json]) -> Reply:
    name = f"{resource}/operations/{world.new_id()}"
    times = {"genericMetadata": {"createTime": now(), "updateTime": now()}}
    view = {"name": name, "metadata": {"@type": f"{_TYPES}{kind}OperationMetadata", **times}, "done": False}
    world.lros[name] = Lro(view, time.monotonic() + OPERATION_SECONDS, finish)
    return Reply(dict(view))


def operation(world: World, name: str) -> Json | None:
    """An operation of ours as it stands, or None."""
    found = world.lros.get(name)
    return None if found is None else found.settle()


def _operations(world: World, name: str) -> Reply:
    if name.endswith("/operations"):
        return Reply({"operations": [one.view for key, one in world.lros.items() if key.startswith(f"{name}/")]})
    found = operation(world, name)
    if found is None:
        raise ApiError(404, "notFound", f"The operation does not exist: {name}")
    return Reply(found)


def _new(world: World, name: str, body: Json) -> Json:
    check_labels(body.get("labels") or {})
    if name in world.serving:
        raise ApiError(409, "alreadyExists", f"The resource exists already: {name}")
    view = {**body, "name": name, "createTime": now(), "updateTime": now(), "etag": world.new_id()}
    world.serving[name] = view
    return view


def _upload(world: World, call: Call, models: str) -> Reply:
    body = call.body
    model, name = body.get("model") or {}, f"{models}/{body.get('modelId') or world.new_id()}"
    if not model.get("displayName") or not (model.get("containerSpec") or {}).get("imageUri"):
        raise invalid("model.displayName and model.containerSpec.imageUri are required.")
    _new(world, name, model)
    response = {"@type": f"{_TYPES}UploadModelResponse", "model": name, "modelVersionId": "1"}
    return _begin(world, name, "UploadModel", lambda: response)


def _create(world: World, call: Call, endpoints: str) -> Reply:
    if not call.body.get("displayName"):
        raise invalid("displayName is required.")
    made = _new(world, f"{endpoints}/{call.query.get('endpointId') or world.new_id()}", call.body)
    return _begin(world, made["name"], "CreateEndpoint", lambda: {"@type": f"{_TYPES}Endpoint", **made})


def _list(world: World, call: Call, collection: str) -> Reply:
    found = [one for name, one in world.serving.items() if name.startswith(f"{collection}/")]
    items, more = page(found, call.query, "pageSize")
    return Reply({collection.rpartition("/")[2]: items, **more})


def _get(_world: World, _call: Call, found: Json) -> Reply:
    return Reply(found)


def _patch(_world: World, call: Call, endpoint: Json) -> Reply:
    body, mask = call.body, call.query.get("updateMask", "").split(",")
    if body.get("etag") not in (None, endpoint["etag"]):
        raise ApiError(409, "aborted", "The endpoint's etag does not match: it was changed meanwhile.")
    fields = {"labels": "labels", "trafficSplit": "trafficSplit", "traffic_split": "trafficSplit"}
    changed = {fields[name]: body.get(fields[name], {}) for name in mask if name in fields}
    check_labels(changed.get("labels") or {})
    if "trafficSplit" in changed:
        _check_split(changed["trafficSplit"], {one["id"] for one in endpoint.get("deployedModels", [])})
    _change(endpoint, changed)
    return Reply(endpoint)


def _change(endpoint: Json, changed: Json) -> None:
    endpoint |= {**changed, "updateTime": now(), "etag": f"{int(endpoint['etag']) + 1}"}


def _check_split(split: Json, known: set[str]) -> None:
    if set(split) - known:
        raise invalid(f"The traffic split names models that are not deployed: {sorted(set(split) - known)}")
    if split and sum(split.values()) != _ALL:
        raise invalid("The traffic split must add up to 100.")


def _delete(world: World, _call: Call, found: Json) -> Reply:
    name = found["name"]
    others = [one for other in world.serving.values() for one in other.get("deployedModels", [])]
    if found.get("deployedModels") or any(one["model"] == name for one in others):
        raise ApiError(400, "FAILED_PRECONDITION", f"The resource is in use: {name}")
    del world.serving[name]
    return _begin(world, name, "Delete", lambda: _EMPTY)


def _deploy(world: World, call: Call, endpoint: Json) -> Reply:
    body, region = call.body, call.segments[4]
    asked, split = dict(body.get("deployedModel") or {}), body.get("trafficSplit") or {"0": _ALL}
    asked["id"] = asked.get("id") or world.new_id()
    held = endpoint.setdefault("deployedModels", [])
    coming = world.coming.setdefault(endpoint["name"], [])
    if asked["id"] in [one["id"] for one in (*held, *coming)]:
        raise ApiError(409, "alreadyExists", f"A model is deployed as {asked['id']}.")
    if asked.get("model") not in world.serving:
        raise ApiError(404, "notFound", f"The model does not exist: {asked.get('model')}")
    _check_split(split, {"0", *(one["id"] for one in held)})
    hardware = _hardware(region, asked)
    if world.faults.take("no_capacity", region=region, operation=call.operation):
        raise ApiError(429, "RESOURCE_EXHAUSTED", f"Resources are insufficient in region: {region}.")
    _within_quota(world, region, hardware, asked)
    ill = world.faults.take("unhealthy", region=region, operation=call.operation) is not None
    coming.append(asked)

    def finish() -> Json:
        coming.remove(asked)
        if ill:
            raise ApiError(400, "FAILED_PRECONDITION", _CRASHED)
        held.append(asked | {"createTime": now()})
        _change(endpoint, {"trafficSplit": {asked["id"] if one == "0" else one: part for one, part in split.items()}})
        return {"@type": f"{_TYPES}DeployModelResponse", "deployedModel": held[-1]}

    return _begin(world, endpoint["name"], "DeployModel", finish)


def _hardware(region: str, asked: Json) -> places.Hardware:
    resources = asked.get("dedicatedResources") or {}
    spec = resources.get("machineSpec") or {}
    hardware = places.hardware().get(str(spec.get("machineType")))
    if hardware is None or not any(places.region_of(zone) == region for zone in hardware.zones):
        raise invalid(f"Machine type '{spec.get('machineType')}' is not supported in region '{region}'.")
    if not 0 < int(resources.get("minReplicaCount", 0)) <= int(resources.get("maxReplicaCount", 0)):
        raise invalid("minReplicaCount must be positive and at most maxReplicaCount.")
    return hardware


def _within_quota(world: World, region: str, hardware: places.Hardware, asked: Json) -> None:
    metric = "custom_model_serving_cpus"
    count = int(asked["dedicatedResources"]["maxReplicaCount"])
    used = 0
    for name, view in world.serving.items():
        if f"/locations/{region}/" in name:
            for one in view.get("deployedModels", []):
                resources = one["dedicatedResources"]
                machine = places.hardware()[resources["machineSpec"]["machineType"]]
                used += machine.vcpus * int(resources["maxReplicaCount"])
    if used + hardware.vcpus * count > quotas.limit(world, region, metric):
        quota = f"aiplatform.googleapis.com/{metric}"
        raise ApiError(429, "RESOURCE_EXHAUSTED", f"The following quota metrics exceed quota limits: {quota}")


def _undeploy(world: World, call: Call, endpoint: Json) -> Reply:
    gone, held = str(call.body.get("deployedModelId")), endpoint.get("deployedModels", [])
    left = [one for one in held if one["id"] != gone]
    if len(left) == len(held):
        raise ApiError(404, "notFound", f"No model is deployed as {gone}.")
    split = call.body.get("trafficSplit") or {}
    if left and not split and endpoint.get("trafficSplit", {}).get(gone):
        raise invalid("The traffic of the model must go elsewhere first.")
    _check_split(split, {one["id"] for one in left})

    def finish() -> Json:
        endpoint["deployedModels"][:] = [one for one in endpoint["deployedModels"] if one["id"] != gone]
        kept = split or {one: part for one, part in endpoint.get("trafficSplit", {}).items() if one != gone}
        _change(endpoint, {"trafficSplit": kept})
        return {"@type": f"{_TYPES}UndeployModelResponse"}

    return _begin(world, endpoint["name"], "UndeployModel", finish)


_COLLECTIONS: dict[tuple[str, str, str], Callable[[World, Call, str], Reply]] = {
    ("GET", "models", ""): _list,
    ("GET", "endpoints", ""): _list,
    ("POST", "models", "upload"): _upload,
    ("POST", "endpoints", ""): _create,
}
_ACTIONS: dict[tuple[str, str, str], Callable[[World, Call, Json], Reply]] = {
    ("GET", "models", ""): _get,
    ("GET", "endpoints", ""): _get,
    ("PATCH", "endpoints", ""): _patch,
    ("DELETE", "models", ""): _delete,
    ("DELETE", "endpoints", ""): _delete,
    ("POST", "endpoints", "deployModel"): _deploy,
    ("POST", "endpoints", "undeployModel"): _undeploy,
}
