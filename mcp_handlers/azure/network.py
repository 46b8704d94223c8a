"""One private network for all machines of one effect. Nothing outside can reach into it, and it costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event

from mcp_handlers.azure.client import Clients

VNET = "Microsoft.Network/virtualNetworks"
NIC = "Microsoft.Network/networkInterfaces"
_SUBNET = "machines"
_RANGE = "10.0.0.0/20"
"""Room for 4,091 machines: Azure keeps five addresses of each subnet."""


def network(base: str) -> str:
    """The network's name, for machines whose names begin with `base`."""
    return f"{base}-net"


def interface(machine: str) -> str:
    """The name of a machine's network interface."""
    return f"{machine}-nic"


def ensure_network(clients: Clients, base: str, region: str, tags: Mapping[str, str], touched: Event) -> str:
    """The id of the subnet, made if absent. `touched` is set before anything is made."""
    subnet = {"name": _SUBNET, "properties": {"addressPrefix": _RANGE}}
    properties = {"addressSpace": {"addressPrefixes": [_RANGE]}, "subnets": [subnet]}
    body = {"location": region, "tags": dict(tags), "properties": properties}
    path = clients.id(VNET, network(base))
    if clients.arm.settled(path) is None:
        touched.set()
        clients.arm.ensure(path, body)
    return clients.id(f"{VNET}/subnets", network(base), _SUBNET)


def ensure_interface(clients: Clients, machine: str, region: str, subnet: str, tags: Mapping[str, str]) -> str:
    """The id of the machine's interface, made if absent. It has a private address and no public one."""
    address = {"subnet": {"id": subnet}, "privateIPAllocationMethod": "Dynamic"}
    properties = {"ipConfigurations": [{"name": "private", "properties": address}]}
    path = clients.id(NIC, interface(machine))
    clients.arm.ensure(path, {"location": region, "tags": dict(tags), "properties": properties})
    return path
