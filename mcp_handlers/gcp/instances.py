"""Starting instances: all of an effect's machines or none, and once however often it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_handlers.gcp import machines, naming, safety
from mcp_handlers.gcp.client import Clients
from mcp_handlers.gcp.errors import AlreadyExists
from mcp_handlers.gcp.launch import Launch
from workflow.model.base import Json
from workflow.model.errors import NoCapacity, NotFound, OutcomeUnknown, Rejected, TollgateError
from workflow.model.resource import Resource

if TYPE_CHECKING:
    from mcp_handlers.tools.provision_compute import Input

LAUNCH = (
    "compute.disks.create",
    "compute.disks.setLabels",
    "compute.instances.create",
    "compute.instances.delete",
    "compute.instances.get",
    "compute.instances.setLabels",
    "compute.machineTypes.get",
    "compute.regions.get",
    "compute.subnetworks.use",
    "compute.zoneOperations.get",
)
"""What starting machines needs, and taking them back where not all of them start."""
_ATTEMPTS = 3
"""How often one machine is asked for. Compute answers a repeated requestId with the old operation, though the machine
that it made may be gone; the next attempt has another requestId. The name keeps twins apart in any case."""


def start(wanted: Input, clients: Clients, key: str, *, spot: bool) -> tuple[Resource, ...]:
    """Start all of `wanted.count` instances. Where one fails, the others are deleted before its error is raised.

    Raises TollgateError.
    """
    safety.check(wanted)
    machine = machines.machine(wanted.machine)
    launch = Launch(wanted, machine, _zone(wanted, machine, clients, key), key, spot)
    begun: list[Json | None] = []
    try:
        for number in range(wanted.count):
            operation = _begin(clients, launch, number, 0)
            begun.append(operation)
        for number, operation in enumerate(begun):
            _finish(clients, launch, number, operation)
    except TollgateError as problem:
        if isinstance(problem, OutcomeUnknown) and len(begun) < wanted.count:
            begun.append({"status": "UNKNOWN"})
        left = _take_back(clients, launch, begun)
        if left:
            raise type(problem)(f"{problem.message}; may be left behind: {', '.join(left)}") from problem
        raise
    return tuple(
        Resource(cloud="gcp", kind="instance", id=launch.name(number), region=wanted.region, zone=launch.zone)
        for number in range(wanted.count)
    )


def delete(clients: Clients, zone: str, name: str, region: str) -> None:
    """Delete an instance and wait until it is gone. Raises NotFound where it is gone already."""
    operation = clients.compute("DELETE", f"zones/{zone}/instances/{name}", region=region)
    clients.wait(operation, region=region)


def _zone(wanted: Input, machine: machines.Machine, clients: Clients, key: str) -> str:
    """The zone asked for, or one of the region's that sell the machine: the same one for the same key."""
    if wanted.zone:
        if wanted.zone.rpartition("-")[0] != wanted.region:
            raise Rejected(f"gcp: zone {wanted.zone} is not in region {wanted.region}")
        return wanted.zone
    region = clients.compute("GET", f"regions/{wanted.region}", region=wanted.region)
    zones = sorted(str(link).rpartition("/")[2] for link in region.get("zones", []))
    turn = sum(key.encode()) % max(len(zones), 1)
    for zone in zones[turn:] + zones[:turn]:
        try:
            clients.compute("GET", f"zones/{zone}/machineTypes/{machine.type}", region=wanted.region)
        except NotFound:
            continue
        return zone
    raise Rejected(f"gcp: no zone of {wanted.region} has machine type {machine.type}")


def _begin(clients: Clients, launch: Launch, number: int, attempt: int) -> Json | None:
    """The operation that makes one instance; None where an instance of its name exists."""
    params = {"requestId": naming.request_id(launch.key, number, attempt)}
    region = launch.wanted.region
    try:
        return clients.compute("POST", launch.path, launch.body(number), region=region, params=params)
    except AlreadyExists:
        return None


def _finish(clients: Clients, launch: Launch, number: int, operation: Json | None) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        fresh = operation is not None and operation["status"] != "DONE"
        if operation is not None:
            clients.wait(operation, region=launch.wanted.region)
        if fresh or _exists(clients, launch, number):
            return
        operation = _begin(clients, launch, number, attempt)
    raise NoCapacity(f"gcp: instance {launch.name(number)} was taken away each time it was made")


def _exists(clients: Clients, launch: Launch, number: int) -> bool:
    """Whether the instance is there. Raises Rejected where the name is taken by something that is not ours."""
    try:
        found = clients.compute("GET", f"{launch.path}/{launch.name(number)}", region=launch.wanted.region)
    except NotFound:
        return False
    if naming.made_by(found.get("labels"), launch.key, launch.wanted.tags.tenant):
        return True
    raise Rejected(f"gcp: the name {launch.name(number)} is taken by an instance that is not ours")


def _take_back(clients: Clients, launch: Launch, begun: list[Json | None]) -> list[str]:
    """Delete the instances that this very call began, not those that it found; the names of what may be left."""
    left = []
    for number, operation in enumerate(begun):
        if operation is None or operation["status"] == "DONE":
            continue
        try:
            if _exists(clients, launch, number):
                delete(clients, launch.zone, launch.name(number), launch.wanted.region)
        except NotFound:
            continue
        except TollgateError:
            left.append(launch.name(number))
    return left
