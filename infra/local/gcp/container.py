"""Kubernetes Engine v1: clusters and node pools, resized one operation at a time.

Nothing runs in a cluster. A node pool has one instance group per zone, in compute's own collection, whose target size
is how many nodes there are.
"""

from __future__ import annotations

import time

from infra.local.gcp import places
from infra.local.gcp.kinds import check_labels, fingerprint
from infra.local.gcp.operations import SETTLES_AFTER
from infra.local.gcp.wire import ApiError, Call, Reply, invalid
from infra.local.gcp.world import Operation, Scope, World, now
from workflow.model.base import Json

KIND = "clusters"


def answer(world: World, call: Call) -> Reply:
    """Answer one call below `/v1/projects/P/locations/L` about clusters or their operations. Raises ApiError."""
    project, location, tail = call.segments[2], call.segments[4], call.segments[5:]
    _settle(world)
    scope: Scope = (project, f"container/{location}")
    if location not in (*places.regions(), *places.zones()):
        raise invalid(f"Location '{location}' does not exist.")
    match call.method, tail:
        case "GET", ("operations", name):
            return _operation(world, scope, name)
        case "POST", ("clusters",):
            return _create(world, call, scope)
        case "GET", ("clusters", name):
            return Reply(_cluster(world, scope, name))
        case "GET", ("clusters", name, "nodePools", pool):
            return Reply(_pool(_cluster(world, scope, name), pool))
        case ("PUT" | "POST") as method, ("clusters", name, "nodePools", last):
            pool, _, action = last.partition(":")
            cluster = _cluster(world, scope, name)
            found = _pool(cluster, pool)
            _free(world, scope, cluster)
            return _change(world, call, scope, cluster, found, action or method)
    raise ApiError(404, "notFound", f"Not found: {call.raw_path}")


def _create(world: World, call: Call, scope: Scope) -> Reply:
    cluster = dict(call.body.get("cluster") or {})
    name, location = str(cluster.get("name", "")), scope[1].partition("/")[2]
    if not name or not cluster.get("nodePools"):
        raise invalid("cluster.name and cluster.nodePools are required.")
    if name in world.collection(scope, KIND):
        raise ApiError(409, "alreadyExists", f"Already exists: {name}.")
    zones = cluster.get("locations") or list(places.regions().get(location, (location,)))
    cluster |= {"location": location, "locations": zones, "status": "RUNNING"}
    for pool in cluster["nodePools"]:
        check_labels((pool.get("config") or {}).get("resourceLabels") or {})
        pool |= {"status": "RUNNING", "locations": pool.get("locations") or zones, "etag": fingerprint(now())}
        pool["instanceGroupUrls"] = [_group(world, call, scope[0], name, pool, zone) for zone in pool["locations"]]
    world.collection(scope, KIND)[name] = cluster
    return _begin(world, call, scope, cluster, cluster, "CREATE_CLUSTER")


def _group(world: World, call: Call, project: str, cluster: str, pool: Json, zone: str) -> str:
    group = f"gke-{cluster}-{pool['name']}-grp"
    link = f"{call.host}/compute/v1/projects/{project}/zones/{zone}/instanceGroupManagers/{group}"
    size = int(pool.get("initialNodeCount", 0))
    view = {"name": group, "id": world.new_id(), "selfLink": link, "targetSize": size, "status": {"isStable": True}}
    world.collection((project, f"zones/{zone}"), "instanceGroupManagers")[group] = view
    return link


def _cluster(world: World, scope: Scope, name: str) -> Json:
    found = world.collection(scope, KIND).get(name)
    if found is None:
        raise ApiError(404, "notFound", f"Not found: projects/{scope[0]}/{scope[1]}/clusters/{name}.")
    return found


def _pool(cluster: Json, name: str) -> Json:
    pools: list[Json] = cluster["nodePools"]
    for pool in pools:
        if pool["name"] == name:
            return pool
    raise ApiError(404, "notFound", f"Not found: node pool {name} of cluster {cluster['name']}.")


def _free(world: World, scope: Scope, cluster: Json) -> None:
    for operation in world.cluster_operations.values():
        busy = operation.scope == scope and operation.view["status"] != "DONE"
        if busy and operation.view["targetLink"].endswith(f"/clusters/{cluster['name']}"):
            message = f"Cluster is running incompatible operation {operation.view['name']}."
            raise ApiError(400, "failedPrecondition", message)


def _change(world: World, call: Call, scope: Scope, cluster: Json, pool: Json, action: str) -> Reply:
    body, region = call.body, places.region_in(call.segments)
    if action == "PUT":
        if body.get("etag", pool["etag"]) != pool["etag"]:
            raise ApiError(409, "aborted", "The node pool's etag does not match.")
        labels = (body.get("resourceLabels") or {}).get("labels")
        check_labels(labels or {})
        pool["config"] = pool["config"] | ({} if labels is None else {"resourceLabels": labels})
    elif action == "setAutoscaling":
        pool["autoscaling"] = _autoscaling(body.get("autoscaling") or {})
    elif action == "setSize":
        if not isinstance(body.get("nodeCount"), int) or body["nodeCount"] < 0:
            raise invalid("nodeCount must be a number of 0 or more.")
        if world.faults.take("no_capacity", region=region, operation=call.operation):
            problem = {"code": 8, "message": "Instance creation failed: ZONE_RESOURCE_POOL_EXHAUSTED."}
            return _begin(world, call, scope, cluster, pool, "SET_NODE_POOL_SIZE", error=problem)
        ill = world.faults.take("unhealthy", region=region, operation=call.operation)
        pool |= {"status": "RUNNING_WITH_ERROR", "statusMessage": "Nodes are not ready."} if ill else {}
        _resize(world, scope[0], pool, body["nodeCount"])
    else:
        raise ApiError(404, "notFound", f"Not found: {call.raw_path}")
    pool["etag"] = fingerprint((pool["etag"], action, body))
    return _begin(world, call, scope, cluster, pool, "UPDATE_NODE_POOL")


def _resize(world: World, project: str, pool: Json, count: int) -> None:
    for link in pool["instanceGroupUrls"]:
        zone, _, group = link.rpartition("/zones/")[2].split("/")
        world.collection((project, f"zones/{zone}"), "instanceGroupManagers")[group]["targetSize"] = count


def _autoscaling(wanted: Json) -> Json:
    if not wanted.get("enabled"):
        return {}
    total = "totalMaxNodeCount" in wanted
    low = wanted.get("totalMinNodeCount" if total else "minNodeCount", 0)
    high = wanted.get("totalMaxNodeCount" if total else "maxNodeCount", 0)
    if not 0 <= int(low) <= int(high) or int(high) < 1:
        raise invalid("The node counts of an autoscaler must be 0 <= min <= max, and max at least 1.")
    return wanted


def _begin(
    world: World, call: Call, scope: Scope, cluster: Json, target: Json, kind: str, *, error: Json | None = None
) -> Reply:
    name = f"operation-{world.new_id()}"
    location = scope[1].partition("/")[2]
    base = f"{call.host}/v1/projects/{scope[0]}/locations/{location}"
    view: Json = {
        "name": name,
        "operationType": kind,
        "status": "RUNNING",
        "location": location,
        "startTime": now(),
        "selfLink": f"{base}/operations/{name}",
        "targetLink": f"{base}/clusters/{cluster['name']}",
    }
    world.cluster_operations[name] = Operation(view, scope, target, "", error, time.monotonic() + SETTLES_AFTER)
    return Reply(dict(view))


def _settle(world: World) -> None:
    for operation in world.cluster_operations.values():
        if time.monotonic() >= operation.settles_at:
            _done(operation)


def _done(operation: Operation) -> None:
    operation.view |= {"status": "DONE", "endTime": now()} | ({"error": operation.error} if operation.error else {})


def _operation(world: World, scope: Scope, name: str) -> Reply:
    found = world.cluster_operations.get(name)
    if found is None or found.scope != scope:
        raise ApiError(404, "notFound", f"Not found: {name}.")
    _done(found)
    return Reply(found.view)
