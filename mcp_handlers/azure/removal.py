"""Taking machines away with everything that was made for them, in the order that Azure allows."""

from __future__ import annotations

from collections.abc import Callable

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.errors import said
from mcp_handlers.azure.network import NIC, VNET, interface, network
from workflow.model.base import Json

VM = "Microsoft.Compute/virtualMachines"
_IN_USE = frozenset({"NicInUse", "InUseSubnetCannotBeDeleted", "NicReservedForAnotherVm"})


def remove_machine(clients: Clients, machine: str, allowed: Callable[[Json], bool]) -> bool:
    """Delete the machine (its disk and interface go with it), an interface that was left over, and the network if it
    was the last there. True if anything was taken away.

    `allowed` is asked about each resource before it is deleted. Where Azure fails on one, the others are tried, and its
    error is raised at the end.
    """
    from azure.core.exceptions import AzureError

    base = machine.rpartition("-")[0]
    paths = (clients.id(VM, machine), clients.id(NIC, interface(machine)), clients.id(VNET, network(base)))
    gone, failures = False, []
    for path in paths:
        try:
            gone = _remove(clients, path, allowed) or gone
        except AzureError as failure:
            failures.append(failure)
    if failures:
        raise failures[0]
    return gone


def _remove(clients: Clients, path: str, allowed: Callable[[Json], bool]) -> bool:
    from azure.core.exceptions import HttpResponseError

    found = clients.arm.find(path)
    if found is None or not allowed(found):
        return False
    try:
        return clients.arm.delete(path)
    except HttpResponseError as error:
        if said(error)[0] in _IN_USE:
            return False
        raise
