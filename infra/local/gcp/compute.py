"""Compute Engine v1: every collection by one set of verbs; what is special about a kind is looked up in `KINDS`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.local.gcp import disks, groups, instances, machines, operations, places, quotas
from infra.local.gcp.kinds import PLAIN, Kind
from infra.local.gcp.query import matches
from infra.local.gcp.wire import ApiError, Call, Reply, invalid, not_found, page
from infra.local.gcp.world import Scope, World, now
from workflow.model.base import Json

_NAME = re.compile(r"^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$")
_SCOPED = {"zones": places.zones, "regions": places.regions}
KINDS = {"instances": instances.INSTANCE, "instanceGroupManagers": groups.GROUP, "disks": disks.DISK}


@dataclass(frozen=True)
class Target:
    """Where a call points: a scope, a collection, and perhaps a name and an action."""

    scope: Scope
    collection: str
    name: str = ""
    action: str = ""

    @property
    def path(self) -> str:
        """`projects/P/zones/Z/instances/N`."""
        return "/".join(("projects", *self.scope, self.collection, self.name))


def answer(world: World, call: Call) -> Reply:
    """Answer one call below `/compute/v1/projects/P`. Raises ApiError."""
    operations.settle_due(world)
    project, tail = call.segments[3], call.segments[4:]
    if not tail:
        return Reply({"kind": "compute#project", "name": project, "id": "1"})
    if tail[0] == "aggregated":
        return _aggregated(world, call, project, tail[1])
    if tail[0] in _SCOPED and len(tail) <= 2:
        return _place(world, call, project, tail)
    if tail[0] in _SCOPED and tail[1] not in _SCOPED[tail[0]]():
        raise invalid(f"Invalid value for field '{tail[0][:-1]}': '{tail[1]}'. Unknown {tail[0][:-1]}.")
    cut = 2 if tail[0] in _SCOPED else 1
    scope, rest = (project, "/".join(tail[:cut])), tail[cut:]
    if not rest or (cut == 1 and tail[0] != "global"):
        raise not_found(call.raw_path)
    if rest[0] == "operations":
        return operations.answer(world, call, scope, rest)
    if rest[0] == "machineTypes":
        return _machine_types(call, scope, rest)
    named = (call.query["autoscaler"],) if rest == ("autoscalers",) and "autoscaler" in call.query else ()
    return _resource(world, call, Target(scope, *rest[:3], *named))


def _place(world: World, call: Call, project: str, tail: tuple[str, ...]) -> Reply:
    def view(name: str) -> Json:
        if tail[0] == "zones":
            return _zone(call.host, project, name)
        return quotas.region_view(world, call.host, project, name)

    if len(tail) == 2:
        if tail[1] not in _SCOPED[tail[0]]():
            raise not_found(f"projects/{project}/{'/'.join(tail)}")
        return Reply(view(tail[1]))
    items, more = page([view(name) for name in _SCOPED[tail[0]]()], call.query)
    return Reply({"kind": f"compute#{tail[0][:-1]}List", "items": items, **more})


def _zone(host: str, project: str, name: str) -> Json:
    base, region = f"{host}/compute/v1/projects/{project}", places.region_of(name)
    number = str(2000 + places.zones().index(name))
    view = {"kind": "compute#zone", "id": number, "name": name, "status": "UP"}
    return view | {"region": f"{base}/regions/{region}", "selfLink": f"{base}/zones/{name}"}


def _machine_types(call: Call, scope: Scope, rest: tuple[str, ...]) -> Reply:
    zone = scope[1].partition("/")[2]
    here = [item for item in places.hardware().values() if item.vcpus and zone in item.zones]
    if len(rest) == 1:
        items, more = page([machines.view(call.host, scope, item) for item in here], call.query)
        return Reply({"kind": "compute#machineTypeList", "items": items, **more})
    for item in here:
        if item.name == rest[1]:
            return Reply(machines.view(call.host, scope, item))
    raise not_found("/".join(("projects", *scope, *rest)))


def _aggregated(world: World, call: Call, project: str, collection: str) -> Reply:
    found: dict[str, Json] = {}
    for scope, kind in list(world.resources):
        if scope[0] == project and kind == collection:
            items = _listed(world, call, Target(scope, collection))
            if items:
                found[scope[1]] = {collection: items}
    return Reply({"kind": f"compute#{collection[:-1]}AggregatedList", "items": found})


def _listed(world: World, call: Call, target: Target) -> list[Json]:
    kind = KINDS.get(target.collection, PLAIN)
    here = list(world.collection(target.scope, target.collection).values())
    views = [kind.seen(world, target.scope, view) for view in here]
    return [view for view in views if view and matches(view, call.query.get("filter", ""))]


def _resource(world: World, call: Call, target: Target) -> Reply:
    kind = KINDS.get(target.collection, PLAIN)
    if not target.name and call.method == "GET":
        items, more = page(_listed(world, call, target), call.query)
        return Reply({"kind": f"compute#{target.collection[:-1]}List", "items": items, **more})
    if call.method != "GET" and (again := operations.repeated(world, call, target.scope)):
        return again
    if not target.name and call.method == "POST":
        return _insert(world, call, target, kind)
    stored = world.collection(target.scope, target.collection).get(target.name)
    found = stored and kind.seen(world, target.scope, stored)
    if found is None:
        raise not_found(target.path)
    if call.method == "GET":
        return Reply(found)
    if target.action == "getHealth":
        return Reply(_group_health(world, call))
    return _change(world, call, target, kind, found)


def _group_health(world: World, call: Call) -> Json:
    """The health of one group behind a backend service: well, unless a fault says otherwise."""
    region = places.region_in(call.segments)
    sick = world.faults.take("unhealthy", region=region, operation=f"{call.operation} {call.body.get('group', '')}")
    state = {"healthState": "UNHEALTHY" if sick else "HEALTHY", "ipAddress": "10.0.0.2", "port": 80}
    return {"kind": "compute#backendServiceGroupHealth", "healthStatus": [state]}


def _insert(world: World, call: Call, target: Target, kind: Kind) -> Reply:
    body = call.body
    name = body.get("name", "")
    if not isinstance(name, str) or not _NAME.match(name):
        raise invalid(f"Invalid value for field 'resource.name': '{name}'. Must be a match of regex '{_NAME.pattern}'")
    target = Target(target.scope, target.collection, name)
    if name in world.collection(target.scope, target.collection):
        raise ApiError(409, "alreadyExists", f"The resource '{target.path}' already exists")
    link = f"{call.host}/compute/v1/{target.path}"
    base = {"kind": f"compute#{target.collection[:-1]}", "id": world.new_id(), "creationTimestamp": now()}
    born = kind.born(world, call.host, target.scope, {**body, **base, "selfLink": link})
    if born.error is None:
        world.collection(target.scope, target.collection)[name] = born.view
    return operations.begin(
        world, call, target.scope, "insert", link, born.view, outcome=born.outcome, error=born.error
    )


def _change(world: World, call: Call, target: Target, kind: Kind, found: Json) -> Reply:
    link = f"{call.host}/compute/v1/{target.path}"
    outcome, verb = "", call.method.lower()
    if call.method == "DELETE" and not target.action:
        kind.removed(world, target.scope, found)
        del world.collection(target.scope, target.collection)[target.name]
    elif call.method in ("PATCH", "PUT") and not target.action:
        found.update(call.body)
    elif call.method == "POST" and target.action in kind.actions:
        verb, outcome = target.action, kind.actions[target.action](found, call.body or dict(call.query))
    elif call.method == "POST" and target.action in kind.reaches:
        verb = target.action
        kind.reaches[verb](world, call, target.scope, found)
    else:
        raise not_found(call.raw_path)
    return operations.begin(world, call, target.scope, verb, link, found, outcome=outcome)
