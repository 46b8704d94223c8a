"""Data disks on Compute Engine: what one of ours is, where it is, and taking one away."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Literal

from mcp_handlers.gcp import machines, naming
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools.contract import Tags
from workflow.model.base import Json
from workflow.model.errors import NotFound, Rejected

Status = Literal["healthy", "pending", "unhealthy", "gone", "finished"]
_UNFINISHED: dict[str, Status] = {"CREATING": "pending", "RESTORING": "pending", "DELETING": "gone"}


def body(name: str, zone: str, machine_type: str, size_gib: int, tags: Tags, key: str) -> Json:
    """An empty disk as compute's API takes it, of the kind that the machine type can use.

    Google encrypts every disk with its own key, which the API has no field to say.
    """
    machine = machines.known(machine_type)
    kind = "hyperdisk-balanced" if machine is not None and machine.hyperdisk else "pd-balanced"
    exact = tags.model_dump(mode="json") | {"key": key}
    return {
        "name": name,
        "description": f"Made by Tollgate: {json.dumps(exact, sort_keys=True)}",
        "sizeGb": str(size_gib),
        "type": f"zones/{zone}/diskTypes/{kind}",
        "labels": naming.labels(tags, key),
    }


def read(clients: Clients, zone: str, name: str, region: str) -> Json | None:
    """The disk as compute shows it, or None."""
    try:
        return clients.compute("GET", f"zones/{zone}/disks/{name}", region=region)
    except NotFound:
        return None


def holders(disk: Json) -> list[str]:
    """The names of the machines that the disk is attached to."""
    return [str(user).rpartition("/")[2] for user in disk.get("users", [])]


def held_as(machine: Json, zone: str, name: str) -> str:
    """The device name that the machine has the disk under; empty where it has not."""
    for item in machine.get("disks", []):
        if str(item.get("source", "")).endswith(f"/zones/{zone}/disks/{name}"):
            return str(item["deviceName"])
    return ""


def standing(disk: Json) -> tuple[Status, str]:
    """How a disk stands, in words. One that no machine has is of no use, so it is not healthy."""
    state, users = str(disk["status"]), holders(disk)
    if state != "READY":
        return _UNFINISHED.get(state, "unhealthy"), state
    return ("healthy", f"READY, attached to {users[0]}") if users else ("unhealthy", "READY, attached to no machine")


def remove(clients: Clients, zone: str, name: str, region: str) -> None:
    """Detach the disk from wherever it is, and delete it. Raises NotFound where there is none."""
    found = clients.compute("GET", f"zones/{zone}/disks/{name}", region=region)
    for holder in holders(found):
        _detach(clients, zone, name, holder, region)
    delete(clients, zone, name, region)


def delete(clients: Clients, zone: str, name: str, region: str) -> None:
    """Delete a disk that is attached to nothing. Raises NotFound where there is none."""
    clients.wait(clients.compute("DELETE", f"zones/{zone}/disks/{name}", region=region), region=region)


def _detach(clients: Clients, zone: str, name: str, holder: str, region: str) -> None:
    """Detach, unless the machine or the attachment has gone, or goes meanwhile."""
    path = f"zones/{zone}/instances/{holder}"
    with suppress(NotFound):
        device = held_as(clients.compute("GET", path, region=region), zone, name)
        if not device:
            return
        try:
            params = {"deviceName": device}
            clients.wait(clients.compute("POST", f"{path}/detachDisk", region=region, params=params), region=region)
        except Rejected:
            if held_as(clients.compute("GET", path, region=region), zone, name):
                raise
