"""Managed instance groups: a template, and how many machines of it there are. The machines themselves are not made."""

from __future__ import annotations

from infra.local.gcp.kinds import Born, Kind
from infra.local.gcp.places import region_of
from infra.local.gcp.wire import invalid
from infra.local.gcp.world import Scope, World
from workflow.model.base import Json


def _born(world: World, host: str, scope: Scope, view: Json) -> Born:
    size = view.get("targetSize")
    if not view.get("instanceTemplate") or not isinstance(size, int) or size < 0:
        raise invalid("A managed instance group needs instanceTemplate and a targetSize of 0 or more.")
    place = f"{host}/compute/v1/projects/{'/'.join(scope)}"
    where = {scope[1].partition("/")[0].rstrip("s"): place}
    return Born(
        view | where | {"instanceGroup": f"{place}/instanceGroups/{view['name']}", "status": {"isStable": True}}
    )


def _seen(world: World, scope: Scope, view: Json) -> Json:
    """A fault may be found in its machines when it is looked at."""
    kind, _, place = scope[1].partition("/")
    region = region_of(place) if kind == "zones" else place
    operation = f"POST /compute/v1/projects/{scope[0]}/{scope[1]}/instanceGroupManagers/{view['name']}/resize"
    if world.faults.take("unhealthy", region=region, operation=operation):
        view["status"] = {"isStable": False}
    return view


def _resize(view: Json, asked: Json) -> str:
    if not str(asked.get("size", "")).isdigit():
        raise invalid("Invalid value for field 'size': it must be a number of 0 or more.")
    view["targetSize"] = int(asked["size"])
    return ""


GROUP = Kind(born=_born, seen=_seen, actions={"resize": _resize})
