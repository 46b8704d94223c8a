"""Disks: what compute checks when one is asked for, and how an instance gets and loses one."""

from __future__ import annotations

from infra.local.gcp.kinds import Born, Kind, check_labels, fingerprint, set_labels
from infra.local.gcp.wire import ApiError, Call, invalid, not_found
from infra.local.gcp.world import Scope, World
from workflow.model.base import Json

_LEAST_GB = {"pd-balanced": 10, "pd-ssd": 10, "pd-standard": 10, "hyperdisk-balanced": 4}
_SHARED_CORE = ("e2-micro", "e2-small", "e2-medium", "f1-micro", "g1-small")
_MOST, _MOST_SHARED_CORE = 128, 16
"""Disks of one instance, the boot disk included. Source: Compute Engine's page on persistent disks."""


def attach(world: World, call: Call, scope: Scope, instance: Json) -> None:
    """The instance's action `attachDisk`. Raises ApiError."""
    body = call.body
    source = str(body.get("source") or "")
    name = source.rpartition("/")[2]
    if f"{scope[1]}/disks/" not in source:
        raise invalid(f"Invalid value for field 'resource.source': '{source}'. The disk must be in {scope[1]}.")
    disk = world.collection(scope, "disks").get(name)
    if disk is None:
        raise not_found(f"projects/{scope[0]}/{scope[1]}/disks/{name}")
    if disk.get("users"):
        raise in_use(name, disk["users"][0])
    device = str(body.get("deviceName") or f"persistent-disk-{len(instance['disks'])}")
    if device in {item.get("deviceName") for item in instance["disks"]}:
        raise invalid(f"Invalid value for field 'resource.deviceName': '{device}'. It is in use.")
    shared = instance["machineType"].rpartition("/")[2] in _SHARED_CORE
    if len(instance["disks"]) >= (_MOST_SHARED_CORE if shared else _MOST):
        raise ApiError(400, "limitExceeded", f"Exceeded limit 'maximum_disks' on resource '{instance['name']}'.")
    disk["users"] = [instance["selfLink"]]
    held = {"kind": "compute#attachedDisk", "type": "PERSISTENT", "mode": "READ_WRITE", "autoDelete": False}
    instance["disks"].append({**held, **body, "deviceName": device, "source": disk["selfLink"]})


def detach(world: World, call: Call, scope: Scope, instance: Json) -> None:
    """The instance's action `detachDisk`. Raises ApiError."""
    device = call.query.get("deviceName", "")
    for item in instance["disks"]:
        if item.get("deviceName") == device and not item.get("boot"):
            instance["disks"].remove(item)
            let_go(world, scope, item)
            return
    raise invalid(f"Invalid value for field 'deviceName': '{device}'. No attached disk found with device name.")


def let_go(world: World, scope: Scope, item: Json) -> None:
    """Free the disk of an instance's entry."""
    disk = world.collection(scope, "disks").get(item["source"].rpartition("/")[2])
    if disk is not None:
        disk["users"] = []


def in_use(name: str, user: str) -> ApiError:
    """400: the disk has a user already."""
    return ApiError(
        400, "resourceInUseByAnotherResource", f"The disk resource '{name}' is already being used by '{user}'"
    )


def _born(_world: World, host: str, scope: Scope, view: Json) -> Born:
    zone = f"{host}/compute/v1/projects/{scope[0]}/{scope[1]}"
    kind = str(view.get("type") or "pd-standard").rpartition("/")[2]
    size = str(view.get("sizeGb", ""))
    if kind not in _LEAST_GB:
        raise invalid(f"Invalid value for field 'resource.type': '{kind}'. The referenced disk type cannot be found.")
    if not size.isdigit() or not _LEAST_GB[kind] <= int(size) <= 65_536:
        raise invalid(f"Invalid value for field 'resource.sizeGb': '{size}'. Must be from {_LEAST_GB[kind]} to 65536.")
    labels = view.get("labels") or {}
    check_labels(labels)
    born = {"zone": zone, "type": f"{zone}/diskTypes/{kind}", "status": "CREATING", "users": []}
    return Born(view | born | {"labelFingerprint": fingerprint(labels)}, "READY")


def _removed(_world: World, _scope: Scope, view: Json) -> None:
    if view.get("users"):
        raise in_use(view["name"], view["users"][0])


DISK = Kind(born=_born, removed=_removed, actions={"setLabels": set_labels})
