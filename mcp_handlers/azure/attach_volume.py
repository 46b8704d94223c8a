"""Create a managed disk and attach it to a virtual machine."""

from __future__ import annotations

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.disks import change, data_disk, device, unit
from mcp_handlers.azure.errors import translated
from mcp_handlers.azure.labels import KEY, insist, labels, name, ours
from mcp_handlers.azure.owned import DISK, find, path
from mcp_handlers.tools.attach_volume import Input, Output, insist_same_place
from workflow.model.base import Json
from workflow.model.errors import NotFound, OutcomeUnknown, Rejected, TollgateError
from workflow.model.resource import Resource

PERMISSIONS = (
    "Microsoft.Compute/disks/delete",
    "Microsoft.Compute/disks/read",
    "Microsoft.Compute/disks/write",
    "Microsoft.Compute/locations/operations/read",
    "Microsoft.Compute/virtualMachines/attachDetachDataDisks/action",
    "Microsoft.Compute/virtualMachines/read",
)


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Create the disk, named after the key, and attach it. A disk that this call made and cannot attach is deleted
    again. A resource's id is the disk's name."""
    insist(wanted)
    disk, made = clients.id(DISK, name(key)), False
    try:
        with translated(clients, wanted.region, writes=True):
            zone = _zone(wanted, clients)
            made = _ensured(wanted, clients, key, zone)
            machine, number = _attached(wanted, clients, disk)
    except TollgateError as error:
        if made:
            _take_back(clients, disk, wanted.region, error)
        raise
    resource = Resource(cloud="azure", kind="volume", id=name(key), region=wanted.region, zone=zone)
    return Output(resources=(resource,), device=device(machine, number))


def _zone(wanted: Input, clients: Clients) -> str:
    """The machine's own zone; empty where it is in none."""
    machine = find(clients, wanted.instance, wanted.tags.tenant)
    if machine is None:
        raise NotFound(f"There is no machine {wanted.instance.id} in {wanted.region}.")
    zone = str((machine.get("zones") or [""])[0])
    insist_same_place(wanted, machine["location"], zone)
    return zone


def _ensured(wanted: Input, clients: Clients, key: str, zone: str) -> bool:
    """True if this call made the disk, False if it was there. Raises Rejected where its name is somebody else's."""
    disk, tags = clients.id(DISK, name(key)), labels(wanted.tags, key)
    found = clients.arm.settled(disk)
    if found is not None and _ours(found, wanted, key) and found["properties"]["provisioningState"] == "Failed":
        clients.arm.delete(disk)
    made = clients.arm.ensure(disk, data_disk(wanted.region, zone, wanted.size_gib, tags))
    found = clients.arm.settled(disk)
    if found is None:
        raise OutcomeUnknown(f"The disk {name(key)} was taken away while it was being attached.")
    if not _ours(found, wanted, key):
        raise Rejected(f"The disk name {name(key)} is taken.", "Make the request again.")
    holder = str(found.get("managedBy") or "")
    if holder.lower() not in ("", path(clients, wanted.instance).lower()):
        raise Rejected(
            f"The disk {name(key)} is attached to another machine, {holder.rpartition('/')[2]}.",
            "Release the volume, or ask for another one.",
        )
    return made


def _ours(found: Json, wanted: Input, key: str) -> bool:
    return ours(found.get("tags"), wanted.tags.tenant) and found["tags"][KEY] == key


def _attached(wanted: Input, clients: Clients, disk: str) -> tuple[Json, int]:
    """The machine, and which of its logical units the disk is now."""
    body = {"dataDisksToAttach": [{"diskId": disk, "caching": "None", "deleteOption": "Detach"}]}
    machine = change(clients, path(clients, wanted.instance), body, lambda found: unit(found, disk) is not None)
    number = unit(machine, disk)
    if number is None:
        raise OutcomeUnknown(f"The disk {disk.rpartition('/')[2]} was detached at once.")
    return machine, number


def _take_back(clients: Clients, disk: str, region: str, cause: TollgateError) -> None:
    """Delete the disk; Azure keeps one that a twin of this call has attached meanwhile."""
    try:
        with translated(clients, region, writes=True):
            clients.arm.delete(disk)
    except TollgateError:
        cause.remedy += f" The disk {disk.rpartition('/')[2]} may be left in {region}."
