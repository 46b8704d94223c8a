"""Virtual machines: what they need, their disks and interfaces, their power, and how they come to grief."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from infra.local.azure import disks, families, quotas
from infra.local.azure.account import location
from infra.local.azure.address import Address, parse
from infra.local.azure.kind import Action, Kind, Read, World
from infra.local.azure.refusal import Refusal, conflict, invalid, missing
from infra.local.azure.store import Resource
from workflow.model.base import Json

VM = "microsoft.compute/virtualmachines"
_NEEDED = ("hardwareProfile", "storageProfile", "osProfile", "networkProfile")


def _check(world: World, address: Address, body: Json, old: Resource | None) -> None:
    properties = body.get("properties") or {}
    for name in _NEEDED:
        if not properties.get(name):
            raise invalid(f"Required parameter '{name}' is missing (null).")
    size = properties["hardwareProfile"].get("vmSize", "")
    if not families.known(size):
        raise invalid(f"The value {size} provided for the VM size is not valid.")
    _check_login(properties["osProfile"])
    if old is not None and old.properties["osProfile"] != properties["osProfile"]:
        raise conflict("PropertyChangeNotAllowed", "Changing property 'osProfile' is not allowed.")
    for reference in properties["networkProfile"].get("networkInterfaces") or [{}]:
        _check_nic(world, address, location(body["location"]), str(reference.get("id", "")))
    if old is None:
        spot, call = properties.get("priority") == "Spot", f"PUT {address.id}"
        quotas.ensure_room(world, location(body["location"]), size, 1, spot=spot, managed=False, call=call)


def _check_login(profile: Json) -> None:
    linux = profile.get("linuxConfiguration") or {}
    keys = (linux.get("ssh") or {}).get("publicKeys") or []
    if not profile.get("adminUsername") or not profile.get("computerName"):
        raise invalid("osProfile needs computerName and adminUsername.")
    if not profile.get("adminPassword") and not (linux.get("disablePasswordAuthentication") and keys):
        raise invalid("Authentication using either SSH or by user name and password must be enabled in Linux profile.")


def _check_nic(world: World, address: Address, place: str, nic_id: str) -> None:
    nic = world.store.find(nic_id)
    if nic is None:
        text = f"Resource {nic_id} referenced by resource {address.id} was not found."
        raise invalid(text, "InvalidResourceReference")
    if world.store.location(nic.address) != place:
        raise invalid(
            f"Resource {nic_id} is not in the virtual machine's location {place}.", "InvalidResourceReference"
        )
    user = (nic.properties.get("virtualMachine") or {}).get("id", address.id)
    if user.lower() != address.key:
        raise invalid(f"Network Interface {nic_id} is used by existing resource {user}.", "NicInUse")


def _made(world: World, machine: Resource) -> None:
    properties, place = machine.properties, location(machine.body["location"])
    spot, call = properties.get("priority") == "Spot", f"PUT {machine.address.id}"
    short = world.faults.take("no_capacity", region=place, operation=call)
    size = properties["hardwareProfile"]["vmSize"]
    if short and spot:
        text = f"The requested VM size {size} is currently not available in location '{place}' for Spot."
        raise conflict("SkuNotAvailable", text)
    zonal = bool(machine.body.get("zones"))
    machine.hidden["short"] = ("ZonalAllocationFailed" if zonal else "AllocationFailed") if short else ""
    machine.hidden["ill"] = world.faults.take("unhealthy", region=place, operation=call) is not None
    properties.setdefault("vmId", str(uuid.uuid4()))
    properties.setdefault("timeCreated", datetime.now(UTC).isoformat())
    _attach(world, machine)


def _attach(world: World, machine: Resource) -> None:
    """The system disk comes into being with the machine, and the interfaces learn whose they are."""
    disk = machine.properties["storageProfile"].setdefault("osDisk", {"createOption": "FromImage"})
    disk.setdefault("name", f"{machine.address.name}_OsDisk_1_{uuid.uuid4().hex}")
    managed = disk.setdefault("managedDisk", {"storageAccountType": "Standard_LRS"})
    group = machine.address.id.split("/providers/")[0]
    managed["id"] = f"{group}/providers/Microsoft.Compute/disks/{disk['name']}"
    body = {
        "location": machine.body["location"],
        "managedBy": machine.address.id,
        "sku": {"name": managed.get("storageAccountType", "Standard_LRS")},
        "properties": {
            "osType": "Linux",
            "diskSizeGB": disk.get("diskSizeGB", 30),
            "creationData": {"createOption": "FromImage"},
            "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
            "diskState": "Attached",
            "provisioningState": "Succeeded",
        },
    }
    world.store.put(parse(managed["id"]), body)
    for nic in _nics(world, machine):
        nic.properties["virtualMachine"] = {"id": machine.address.id}


def _ready(_world: World, machine: Resource) -> None:
    if machine.hidden["short"]:
        machine.hidden["power"] = "deallocated"
        text = "Allocation failed. We do not have sufficient capacity for the requested VM size in this region or zone."
        raise Refusal(409, machine.hidden["short"], text)
    machine.hidden["power"] = "stopped" if machine.hidden["ill"] else "running"


def _gone(world: World, machine: Resource) -> None:
    disks.let_go(world, machine)
    disk = machine.properties["storageProfile"]["osDisk"]
    if disk.get("deleteOption") == "Delete":
        world.store.remove(disk["managedDisk"]["id"])
    elif held := world.store.find(disk["managedDisk"]["id"]):
        held.body.pop("managedBy", None)
        held.properties["diskState"] = "Unattached"
    references = machine.properties["networkProfile"].get("networkInterfaces") or []
    fates = {str(one["id"]).lower(): (one.get("properties") or {}).get("deleteOption") for one in references}
    for nic in _nics(world, machine):
        nic.properties.pop("virtualMachine", None)
        if fates[nic.address.key] == "Delete":
            world.store.remove(nic.address.key)


def _nics(world: World, machine: Resource) -> list[Resource]:
    references = machine.properties["networkProfile"].get("networkInterfaces") or []
    return [nic for one in references if (nic := world.store.find(str(one["id"]))) is not None]


def _view(world: World, machine: Resource, query: Mapping[str, str]) -> Json:
    _reclaim(world, machine)
    if "instanceview" not in query.get("$expand", "").lower():
        return machine.body
    return {**machine.body, "properties": {**machine.properties, "instanceView": _statuses(machine)}}


def _reclaim(world: World, machine: Resource) -> None:
    if machine.properties.get("priority") != "Spot" or machine.hidden.get("power") != "running":
        return
    place, call = location(machine.body["location"]), f"GET {machine.address.id}"
    if world.faults.take("spot_reclaimed", region=place, operation=call):
        machine.hidden["power"] = "deallocated"
        if machine.properties.get("evictionPolicy") == "Delete":
            _gone(world, machine)
            world.store.remove(machine.address.key)
            raise missing(machine.address.type, machine.address.name, machine.address.group)


def _statuses(machine: Resource) -> Json:
    statuses = [{"code": f"ProvisioningState/{machine.state.lower()}", "level": "Info"}]
    if power := machine.hidden.get("power"):
        statuses.append({"code": f"PowerState/{power}", "level": "Info", "displayStatus": f"VM {power}"})
    return {"statuses": statuses}


def _instance_view(world: World, address: Address) -> Json:
    machine = world.store.get(address.parent)
    _reclaim(world, machine)
    return _statuses(machine)


def _power(state: str) -> Action:
    def run(_world: World, machine: Resource) -> None:
        machine.hidden["power"] = state

    return Action(run, slow=True)


_STATES: Mapping[str, str] = {
    "start": "running", "restart": "running", "redeploy": "running", "poweroff": "stopped", "deallocate": "deallocated",
}  # fmt: skip
_ACTIONS: dict[str, Action] = {
    **{name: _power(state) for name, state in _STATES.items()},
    "attachdetachdatadisks": disks.CHANGE,
}
KINDS = {VM: Kind(check=_check, made=_made, ready=_ready, view=_view, gone=_gone, actions=_ACTIONS)}
READS: Mapping[str, Read] = {f"{VM}/instanceview": _instance_view}
