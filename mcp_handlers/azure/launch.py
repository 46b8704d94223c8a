"""Starting machines, all or none: the work of both provision_compute and launch_spot."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Event

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.errors import said, translated
from mcp_handlers.azure.labels import insist, labels, name, ours
from mcp_handlers.azure.machine import virtual_machine
from mcp_handlers.azure.network import ensure_interface, ensure_network
from mcp_handlers.azure.removal import VM, remove_machine
from mcp_handlers.kernel import deadline
from mcp_handlers.tools import provision_compute
from workflow.model.errors import OutcomeUnknown, TollgateError
from workflow.model.resource import Resource

LAUNCH = (
    "Microsoft.Compute/disks/write",
    "Microsoft.Compute/locations/operations/read",
    "Microsoft.Compute/virtualMachines/delete",
    "Microsoft.Compute/virtualMachines/read",
    "Microsoft.Compute/virtualMachines/write",
    "Microsoft.Network/locations/operations/read",
    "Microsoft.Network/networkInterfaces/delete",
    "Microsoft.Network/networkInterfaces/join/action",
    "Microsoft.Network/networkInterfaces/read",
    "Microsoft.Network/networkInterfaces/write",
    "Microsoft.Network/virtualNetworks/delete",
    "Microsoft.Network/virtualNetworks/read",
    "Microsoft.Network/virtualNetworks/subnets/join/action",
    "Microsoft.Network/virtualNetworks/write",
)
"""What starting machines needs, and taking them back where not all of them start."""
_AT_ONCE = 16
_UNDO_MS = 240_000.0
"""Milliseconds for taking away what a call began and could not end."""
_ATTEMPTS = 3
_TAKEN = frozenset({"AnotherOperationInProgress", "Conflict", "PropertyChangeNotAllowed"})


@dataclass(frozen=True)
class Order:
    """What is to be started, and what this call has begun: which machines, and whether anything at all."""

    clients: Clients
    wanted: provision_compute.Input
    tags: Mapping[str, str]
    spot: bool
    ceiling: int | None
    begun: set[str] = field(default_factory=set)
    touched: Event = field(default_factory=Event)


def launch(
    wanted: provision_compute.Input, clients: Clients, key: str, *, spot: bool = False, ceiling: int | None = None
) -> tuple[Resource, ...]:
    """Start `wanted.count` machines, or find those that the same key started. If one cannot be had, none is kept."""
    insist(wanted)
    order = Order(clients, wanted, labels(wanted.tags, key), spot, ceiling)
    names = [f"{name(key)}-{number}" for number in range(wanted.count)]
    try:
        with translated(clients, wanted.region, writes=True):
            subnet = ensure_network(clients, name(key), wanted.region, order.tags, order.touched)
            _start(order, names, subnet)
    except TollgateError as error:
        if order.touched.is_set():
            # With a time of its own: the call's may be over, and what was begun must not stay.
            with deadline.within(_UNDO_MS):
                _undo(order, names, error)
        raise
    return tuple(
        Resource(cloud="azure", kind="instance", id=one, region=wanted.region, zone=wanted.zone) for one in names
    )


def _start(order: Order, names: list[str], subnet: str) -> None:
    pool = ThreadPoolExecutor(min(len(names), _AT_ONCE))
    try:
        # Each thread in the caller's context: it has the deadline and the trace.
        for done in [pool.submit(copy_context().run, _machine, order, one, subnet) for one in names]:
            done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _machine(order: Order, machine: str, subnet: str) -> None:
    arm, path = order.clients.arm, order.clients.id(VM, machine)
    for _ in range(_ATTEMPTS):
        found = arm.settled(path)
        if found is not None and ours(found.get("tags"), order.wanted.tags.tenant):
            if found["properties"]["provisioningState"] != "Failed":
                return
            arm.delete(path)
        deadline.insist()
        order.touched.set()
        nic = ensure_interface(order.clients, machine, order.wanted.region, subnet, order.tags)
        deadline.insist()
        if _created(order, machine, nic):
            return
    raise OutcomeUnknown(f"Somebody else keeps changing the machine {machine}.")


def _created(order: Order, machine: str, nic: str) -> bool:
    """True if this call made the machine, False if another was faster."""
    from azure.core import MatchConditions
    from azure.core.exceptions import ResourceExistsError

    from mcp_handlers.azure.arm import WAIT_SECONDS

    body = virtual_machine(order.wanted, machine, nic, order.tags, spot=order.spot, ceiling=order.ceiling)
    order.begun.add(machine)
    try:
        poller = order.clients.compute.virtual_machines.begin_create_or_update(
            order.clients.group, machine, body, etag="*", match_condition=MatchConditions.IfMissing
        )
    except ResourceExistsError as error:
        if error.status_code == 412 or said(error)[0] in _TAKEN:
            order.begun.discard(machine)
            return False
        raise
    seconds = deadline.wait(WAIT_SECONDS)
    poller.wait(seconds)
    if not poller.done():
        raise OutcomeUnknown(f"The machine {machine} is still being made after {seconds:.0f} seconds.")
    poller.result()
    return True


def _undo(order: Order, names: list[str], cause: TollgateError) -> None:
    """Take away what this call began. What is left, because Azure does not answer, is named in the error's remedy."""
    others = {order.clients.id(VM, one).lower() for one in names if one not in order.begun}
    left = []
    for machine in names:
        try:
            with translated(order.clients, order.wanted.region, writes=True):
                remove_machine(order.clients, machine, lambda found: found["id"].lower() not in others)
        except TollgateError:
            left.append(machine)
    if left:
        cause.remedy += f" These may be left in {order.wanted.region}: {', '.join(left[:10])}."
