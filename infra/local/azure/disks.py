"""Managed disks: what they need, who has them, and how a machine gets and loses one."""

from __future__ import annotations

from infra.local.azure import families
from infra.local.azure.account import location
from infra.local.azure.address import Address
from infra.local.azure.kind import Action, Kind, World
from infra.local.azure.refusal import Refusal, conflict, invalid
from infra.local.azure.store import BUSY, Resource
from workflow.model.base import Json

_PER_VCPU, _MOST = 2, 64
"""How many data disks a machine takes: two for each vCPU, as in the D and E series."""


def let_go(world: World, machine: Resource) -> None:
    """Free the data disks of a machine that is going; those that are to go with it go."""
    for held in _held(machine):
        if held.get("deleteOption") == "Delete":
            world.store.remove(held["managedDisk"]["id"])
        elif disk := world.store.find(held["managedDisk"]["id"]):
            _free(disk)


def _held(machine: Resource) -> list[Json]:
    held: list[Json] = machine.properties["storageProfile"].setdefault("dataDisks", [])
    return held


def _free(disk: Resource) -> None:
    disk.body.pop("managedBy", None)
    disk.properties["diskState"] = "Unattached"


def _check(_world: World, _address: Address, body: Json, old: Resource | None) -> None:
    properties = body.get("properties") or {}
    created = (properties.get("creationData") or {}).get("createOption")
    if properties and not created:
        raise invalid("Required parameter 'creationData.createOption' is missing (null).")
    size = properties.get("diskSizeGB")
    if created == "Empty" and not (isinstance(size, int) and 1 <= size <= 65_536):
        raise invalid(f"The value {size} of parameter 'diskSizeGB' is out of range.")
    if old is not None:
        properties["diskState"] = old.properties["diskState"]
        body |= {"managedBy": old.body["managedBy"]} if "managedBy" in old.body else {}


def _made(_world: World, disk: Resource) -> None:
    disk.body.setdefault("sku", {"name": "Standard_LRS"})
    disk.properties.setdefault("encryption", {"type": "EncryptionAtRestWithPlatformKey"})
    disk.properties.setdefault("diskState", "Unattached")


def _keep(_world: World, disk: Resource) -> None:
    if owner := disk.body.get("managedBy"):
        raise conflict("OperationNotAllowed", f"Disk {disk.address.name} is attached to VM {owner}.")


def _book(world: World, machine: Resource, body: Json) -> None:
    """Do what the body asks for at once; the machine is busy with it until the operation ends. Raises Refusal."""
    going, coming = body.get("dataDisksToDetach") or [], body.get("dataDisksToAttach") or []
    if not going and not coming:
        raise invalid("At least one of dataDisksToAttach and dataDisksToDetach must be given.")
    leaving = [_entry(machine, str(one.get("diskId", ""))) for one in going]
    arriving = [_attachable(world, machine, str(one.get("diskId", ""))) for one in coming]
    _insist_room(machine, len(arriving) - len(leaving))
    held = _held(machine)
    for entry in leaving:
        held.remove(entry)
        if disk := world.store.find(entry["managedDisk"]["id"]):
            _free(disk)
    for one, disk in zip(coming, arriving, strict=True):
        held.append(_attached(machine, one, disk))
        disk.body["managedBy"], disk.properties["diskState"] = machine.address.id, "Attached"
    machine.properties["provisioningState"] = "Updating"


def _entry(machine: Resource, disk: str) -> Json:
    for held in _held(machine):
        if held["managedDisk"]["id"].lower() == disk.lower():
            return held
    raise invalid(f"Disk {disk} is not attached to VM {machine.address.name}.")


def _attachable(world: World, machine: Resource, name: str) -> Resource:
    disk = world.store.find(name)
    if disk is None:
        raise Refusal(404, "NotFound", f"Disk {name} is not found.")
    if disk.state in BUSY:
        raise conflict("AnotherOperationInProgress", f"Another operation is in progress on {name}.")
    if owner := disk.body.get("managedBy"):
        text = f"Cannot attach the disk {disk.address.name} to VM {machine.address.id}: it is attached to VM {owner}."
        raise conflict("ConflictingUserInput", text)
    here, there = machine.body, disk.body
    if location(here["location"]) != location(there["location"]) or here.get("zones") != there.get("zones"):
        text = f"Disk {disk.address.name} cannot be attached to VM {machine.address.name}: they are not in one zone."
        raise invalid(text, "BadRequest")
    return disk


def _insist_room(machine: Resource, more: int) -> None:
    size = machine.properties["hardwareProfile"]["vmSize"]
    most = min(_PER_VCPU * families.vcpus(size), _MOST)
    if len(_held(machine)) + more > most:
        text = f"The maximum number of data disks allowed to be attached to a VM of this size is {most}."
        raise conflict("OperationNotAllowed", text)


def _attached(machine: Resource, asked: Json, disk: Resource) -> Json:
    taken = {held["lun"] for held in _held(machine)}
    lun = asked.get("lun")
    if lun in taken:
        raise invalid(f"The lun {lun} of VM {machine.address.name} is in use.")
    return {
        "lun": min(set(range(_MOST + 1)) - taken) if lun is None else lun,
        "name": disk.address.name,
        "createOption": "Attach",
        "caching": asked.get("caching", "None"),
        "deleteOption": asked.get("deleteOption", "Detach"),
        "diskSizeGB": disk.properties.get("diskSizeGB"),
        "managedDisk": {"id": disk.address.id, "storageAccountType": disk.body["sku"]["name"]},
    }


def _changed(_world: World, machine: Resource) -> None:
    machine.properties["provisioningState"] = "Succeeded"


CHANGE = Action(_changed, slow=True, check=_book)
"""attachDetachDataDisks, on a machine."""
KINDS = {"microsoft.compute/disks": Kind(check=_check, made=_made, keep=_keep)}
