"""Data disks: what one of ours is, putting it into a machine and taking it out, and taking it away."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Literal

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.errors import said
from workflow.model.base import Json
from workflow.model.errors import NotFound, OutcomeUnknown

_BUSY = frozenset({"AnotherOperationInProgress", "Conflict", "ConflictingUserInput", "OperationPreempted"})
"""Azure's words for a machine that something else is being done to: the same call may succeed a moment later."""
_ATTEMPTS = 5
Status = Literal["healthy", "pending", "unhealthy", "gone", "finished"]


def data_disk(region: str, zone: str, size_gib: int, tags: Mapping[str, str]) -> Json:
    """An empty managed disk, encrypted at rest with Azure's own key (and on the host by the machine that has it), whose
    content nobody can download."""
    return {
        "location": region,
        "tags": dict(tags),
        "sku": {"name": "StandardSSD_LRS"},
        **({"zones": [zone]} if zone else {}),
        "properties": {
            "creationData": {"createOption": "Empty"},
            "diskSizeGB": size_gib,
            "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
            "networkAccessPolicy": "DenyAll",
            "publicNetworkAccess": "Disabled",
        },
    }


def unit(machine: Json, disk: str) -> int | None:
    """The number of the logical unit that the disk of this id is in the machine; None if it is not there."""
    held = (machine["properties"].get("storageProfile") or {}).get("dataDisks") or []
    units = {str((one.get("managedDisk") or {}).get("id", "")).lower(): int(one["lun"]) for one in held}
    return units.get(disk.lower())


def device(machine: Json, number: int) -> str:
    """The path of a logical unit in Linux: Azure's udev rules name it after the machine's kind of disk controller."""
    controller = machine["properties"]["storageProfile"].get("diskControllerType", "SCSI")
    return f"/dev/disk/azure/data/by-lun/{number}" if controller == "NVMe" else f"/dev/disk/azure/scsi1/lun{number}"


def disk_standing(properties: Json) -> tuple[Status, str]:
    """How a disk stands, in words. One that no machine has is of no use, so it is not healthy."""
    made, state = properties["provisioningState"], properties.get("diskState", "Unattached")
    if made != "Succeeded":
        return ("unhealthy" if made == "Failed" else "pending"), f"It is {made.lower()}."
    if state == "Reserved":
        return "healthy", "It is attached to a machine that is stopped."
    return ("healthy", "It is attached.") if state == "Attached" else ("unhealthy", f"No machine has it: {state}.")


def change(clients: Clients, machine: str, body: Json, done: Callable[[Json], bool]) -> Json:
    """Attach or detach, as `body` says, until the machine of this id is `done`; the machine. Nothing is sent if it is.

    Raises NotFound where there is no machine, OutcomeUnknown if others keep changing it, and azure-core's exceptions.
    """
    from azure.core.exceptions import AzureError

    trouble: AzureError | None = None
    for _ in range(_ATTEMPTS):
        found = clients.arm.settled(machine)
        if found is None:
            raise NotFound(f"There is no machine {machine.rpartition('/')[2]}.")
        if done(found):
            return found
        if trouble is not None:
            _insist_busy(trouble)
            time.sleep(clients.poll_seconds)
        trouble = None
        try:
            clients.arm.act(f"{machine}/attachDetachDataDisks", body)
        except AzureError as error:
            trouble = error
    raise OutcomeUnknown(f"Somebody else keeps changing the machine {machine.rpartition('/')[2]}.")


def remove(clients: Clients, disk: str) -> bool:
    """Take the disk of this id out of the machine that has it, and delete it. False if it was not there."""
    found = clients.arm.settled(disk)
    if found is None:
        return False
    if found.get("managedBy"):
        wanted = {"dataDisksToDetach": [{"diskId": disk}]}
        with contextlib.suppress(NotFound):
            change(clients, found["managedBy"], wanted, lambda machine: unit(machine, disk) is None)
    return clients.arm.delete(disk)


def _insist_busy(trouble: Exception) -> None:
    """Raise `trouble` again unless it says that the machine is busy."""
    from azure.core.exceptions import HttpResponseError

    if not isinstance(trouble, HttpResponseError) or said(trouble)[0] not in _BUSY:
        raise trouble
