"""Create a disk and attach it to an instance of Compute Engine."""

from __future__ import annotations

from dataclasses import dataclass

from mcp_handlers.gcp import disks, naming, owned, safety
from mcp_handlers.gcp.client import Clients
from mcp_handlers.gcp.errors import AlreadyExists
from mcp_handlers.tools.attach_volume import Input, Output, insist_same_place
from workflow.model.base import Json
from workflow.model.errors import NotFound, OutcomeUnknown, Rejected, TollgateError
from workflow.model.resource import Resource

PERMISSIONS = (
    "compute.disks.create",
    "compute.disks.delete",
    "compute.disks.get",
    "compute.disks.setLabels",
    "compute.disks.use",
    "compute.instances.attachDisk",
    "compute.instances.get",
    "compute.zoneOperations.get",
)
_ATTEMPTS = 3
"""How often the disk and its attachment are asked for: a repeated requestId is answered with the old operation, though
what it made may be gone."""
_CREATES, _ATTACHES = 0, 1
"""The numbers of the effect's two parts, for their requestIds."""


@dataclass(frozen=True)
class _Volume:
    """The disk `name` of the effect `key`, for the instance at `path`, both in `zone`."""

    wanted: Input
    clients: Clients
    key: str
    zone: str
    machine_type: str

    @property
    def name(self) -> str:
        return naming.name(self.key)

    @property
    def path(self) -> str:
        return f"zones/{self.zone}/instances/{self.wanted.instance.id}"

    def machine(self) -> Json:
        return self.clients.compute("GET", self.path, region=self.wanted.region)

    def send(self, path: str, body: Json, part: int, attempt: int) -> Json:
        params = {"requestId": naming.request_id(self.key, part, attempt)}
        return self.clients.compute("POST", path, body, region=self.wanted.region, params=params)


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Create the disk, named after the key, and attach it. A disk that this call made and cannot attach is deleted
    again. Raises TollgateError."""
    safety.check(wanted)
    volume = _volume(wanted, clients, key)
    made = _create(volume)
    try:
        device = _attached(volume)
    except TollgateError as error:
        if made:
            _take_back(volume, error)
        raise
    resource = Resource(cloud="gcp", kind="volume", id=volume.name, region=wanted.region, zone=volume.zone)
    return Output(resources=(resource,), device=f"/dev/disk/by-id/google-{device}")


def _volume(wanted: Input, clients: Clients, key: str) -> _Volume:
    machine = owned.read(wanted.instance, wanted.tags.tenant, clients)
    if machine is None:
        raise NotFound(f"gcp: there is no machine {wanted.instance.id} in {wanted.instance.zone or 'no zone'}")
    zone = str(machine["zone"]).rpartition("/")[2]
    insist_same_place(wanted, zone.rpartition("-")[0], zone)
    return _Volume(wanted, clients, key, zone, str(machine["machineType"]).rpartition("/")[2])


def _create(volume: _Volume) -> bool:
    """True if this call, or a twin at the same moment, makes the disk; False where it was there. Raises Rejected where
    the name is another's."""
    wanted, clients = volume.wanted, volume.clients
    body = disks.body(volume.name, volume.zone, volume.machine_type, wanted.size_gib, wanted.tags, volume.key)
    for attempt in range(_ATTEMPTS):
        made = False
        try:
            operation = volume.send(f"zones/{volume.zone}/disks", body, _CREATES, attempt)
            made = operation["status"] != "DONE"
            clients.wait(operation, region=wanted.region)
        except AlreadyExists:
            pass
        found = disks.read(clients, volume.zone, volume.name, wanted.region)
        if found is not None and not naming.made_by(found.get("labels"), volume.key, wanted.tags.tenant):
            raise Rejected(f"gcp: the name {volume.name} is taken by a disk that is not ours")
        if found is not None:
            return made
    raise OutcomeUnknown(f"gcp: the disk {volume.name} was taken away each time it was made")


def _attached(volume: _Volume) -> str:
    """The device name under which the machine has the disk now."""
    source = f"projects/{volume.clients.project}/zones/{volume.zone}/disks/{volume.name}"
    body = {"source": source, "deviceName": volume.name, "mode": "READ_WRITE", "autoDelete": False}
    trouble: TollgateError | None = None
    for attempt in range(_ATTEMPTS + 1):
        device = disks.held_as(volume.machine(), volume.zone, volume.name)
        if device:
            return device
        if trouble is not None:
            raise trouble
        _insist_free(volume)
        try:
            operation = volume.send(f"{volume.path}/attachDisk", body, _ATTACHES, attempt)
            volume.clients.wait(operation, region=volume.wanted.region)
        except TollgateError as error:
            trouble = error
    raise OutcomeUnknown(f"gcp: the disk {volume.name} was detached each time it was attached")


def _insist_free(volume: _Volume) -> None:
    found = disks.read(volume.clients, volume.zone, volume.name, volume.wanted.region)
    others = [name for name in disks.holders(found or {}) if name != volume.wanted.instance.id]
    if others:
        raise Rejected(
            f"gcp: the disk {volume.name} is attached to another machine, {others[0]}",
            "Release the volume, or ask for another one.",
        )


def _take_back(volume: _Volume, cause: TollgateError) -> None:
    """Delete the disk; Google keeps one that a twin of this call has attached meanwhile."""
    try:
        disks.delete(volume.clients, volume.zone, volume.name, volume.wanted.region)
    except NotFound:
        return
    except TollgateError:
        cause.remedy += f" The disk {volume.name} may be left in {volume.zone}."
