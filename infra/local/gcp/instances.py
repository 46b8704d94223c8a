"""Instances: what compute checks when one is asked for, how it lives, and how spot takes it away."""

from __future__ import annotations

from infra.local.gcp import disks, machines, quotas
from infra.local.gcp.kinds import Born, Kind, check_labels, fingerprint, set_labels
from infra.local.gcp.places import region_of
from infra.local.gcp.wire import invalid
from infra.local.gcp.world import Scope, World, now
from workflow.model.base import Json


def _check_scheduling(machine: machines.Asked, scheduling: Json) -> None:
    spot = scheduling.get("provisioningModel") == "SPOT"
    stays = scheduling.get("onHostMaintenance", "MIGRATE") != "TERMINATE"
    if machine.gpu and stays:
        raise invalid("Instances with guest accelerators do not support live migration.")
    if spot and (stays or scheduling.get("automaticRestart", True)):
        raise invalid(
            "Scheduling must have onHostMaintenance=TERMINATE and automaticRestart=false for a SPOT instance."
        )


def _born(world: World, host: str, scope: Scope, view: Json) -> Born:
    project, zone = scope[0], scope[1].partition("/")[2]
    machine = machines.asked(zone, view)
    check_labels(view.get("labels") or {})
    _check_scheduling(machine, view.get("scheduling") or {})
    if not view.get("disks") or not view.get("networkInterfaces"):
        raise invalid("Invalid value for field 'resource': an instance needs a disk and a network interface.")
    zone_url = f"{host}/compute/v1/projects/{project}/zones/{zone}"
    born = view | {
        "zone": zone_url,
        "machineType": f"{zone_url}/machineTypes/{machine.hardware.name}",
        "status": "PROVISIONING",
        "labelFingerprint": fingerprint(view.get("labels") or {}),
        "networkInterfaces": [_interface(item, view["id"]) for item in view["networkInterfaces"]],
        "scheduling": {"provisioningModel": "STANDARD", "onHostMaintenance": "MIGRATE"}
        | (view.get("scheduling") or {}),
        "lastStartTimestamp": now(),
    }
    refused = _refusal(world, scope, machine, born)
    if refused:
        return Born(born, error=refused)
    born["disks"] = [_disk(world, scope, zone_url, born, item) for item in view["disks"]]
    call = f"POST /compute/v1/projects/{project}/zones/{zone}/instances"
    broken = world.faults.take("unhealthy", region=region_of(zone), operation=call)
    return Born(born, "TERMINATED" if broken else "RUNNING")


def _refusal(world: World, scope: Scope, machine: machines.Asked, born: Json) -> Json | None:
    zone = scope[1].partition("/")[2]
    call = f"POST /compute/v1/projects/{scope[0]}/zones/{zone}/instances"
    if world.faults.take("no_capacity", region=region_of(zone), operation=call):
        message = f"The zone 'projects/{scope[0]}/zones/{zone}' does not have enough resources available."
        return {"code": "ZONE_RESOURCE_POOL_EXHAUSTED", "message": f"{message} '(resource type:compute)'."}
    over = quotas.exceeded(world, scope, machine, born)
    return {"code": "QUOTA_EXCEEDED", "message": over} if over else None


def _interface(item: Json, number: str) -> Json:
    host_part = int(number) % 65_000
    return {"name": "nic0", "networkIP": f"10.128.{host_part // 250}.{host_part % 250 + 2}", **item}


def _disk(world: World, scope: Scope, zone_url: str, born: Json, item: Json) -> Json:
    wanted = item.get("initializeParams") or {}
    name = wanted.get("diskName") or (born["name"] if item.get("boot") else f"{born['name']}-disk")
    link = item.get("source") or f"{zone_url}/disks/{name}"
    if "source" not in item:
        size = str(wanted.get("diskSizeGb", 10))
        disk = {"kind": "compute#disk", "id": world.new_id(), "name": name, "sizeGb": size, "status": "READY"}
        extra = {key: item[key] for key in ("diskEncryptionKey",) if key in item}
        labels = {"labels": wanted.get("labels", {}), "type": wanted.get("diskType", "pd-standard")}
        world.collection(scope, "disks")[name] = {
            **disk, **labels, **extra, "selfLink": link, "users": [born["selfLink"]], "creationTimestamp": now()
        }  # fmt: skip
    kept = {key: value for key, value in item.items() if key != "initializeParams"}
    return {"kind": "compute#attachedDisk", "type": "PERSISTENT", "mode": "READ_WRITE", **kept, "source": link}


def _removed(world: World, scope: Scope, view: Json) -> None:
    for disk in view["disks"]:
        if disk.get("autoDelete"):
            world.collection(scope, "disks").pop(disk["source"].rpartition("/")[2], None)
        else:
            disks.let_go(world, scope, disk)


def _seen(world: World, scope: Scope, view: Json) -> Json | None:
    """A running spot instance may be taken back between two looks at it."""
    scheduling = view["scheduling"]
    if scheduling["provisioningModel"] != "SPOT" or view["status"] != "RUNNING":
        return view
    region = region_of(scope[1].partition("/")[2])
    operation = f"POST /compute/v1/projects/{scope[0]}/{scope[1]}/instances"
    if not world.faults.take("spot_reclaimed", region=region, operation=operation):
        return view
    view |= {"status": "TERMINATED", "statusMessage": "Instance was preempted.", "lastStopTimestamp": now()}
    if scheduling.get("instanceTerminationAction") != "DELETE":
        return view
    _removed(world, scope, view)
    del world.collection(scope, "instances")[view["name"]]
    return None


def _set_metadata(view: Json, body: Json) -> str:
    view["metadata"] = body
    return ""


INSTANCE = Kind(
    born=_born,
    seen=_seen,
    removed=_removed,
    actions={
        "stop": lambda view, body: "TERMINATED",
        "start": lambda view, body: "RUNNING",
        "suspend": lambda view, body: "SUSPENDED",
        "resume": lambda view, body: "RUNNING",
        "reset": lambda view, body: "RUNNING",
        "setLabels": set_labels,
        "setMetadata": _set_metadata,
    },
    reaches={"attachDisk": disks.attach, "detachDisk": disks.detach},
)
