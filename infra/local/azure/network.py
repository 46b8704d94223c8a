"""Networks, subnets and network interfaces: what may refer to what."""

from __future__ import annotations

import ipaddress

from infra.local.azure.address import Address, parse
from infra.local.azure.kind import Kind, World
from infra.local.azure.refusal import Refusal, invalid
from infra.local.azure.store import Resource
from workflow.model.base import Json

NIC = "microsoft.network/networkinterfaces"


def _spread(world: World, network: Resource) -> None:
    """Subnets given within a network are resources of their own, too."""
    for subnet in network.properties.get("subnets") or []:
        path = f"{network.address.id}/subnets/{subnet['name']}"
        body = {"name": subnet["name"], "properties": {**(subnet.get("properties") or {}), **_DONE}}
        subnet.update(world.store.put(parse(path), body).body)


def _keep_network(world: World, network: Resource) -> None:
    prefix = network.address.key + "/subnets/"
    for nic in world.store.under("/subscriptions", NIC):
        if any(subnet.startswith(prefix) for subnet in _subnets(nic.properties)):
            name = network.address.name
            raise Refusal(
                400, "InUseSubnetCannotBeDeleted", f"A subnet of {name} is in use by {nic.address.id} and stays."
            )


def _check_nic(world: World, _address: Address, body: Json, _old: Resource | None) -> None:
    properties = body.get("properties") or {}
    wanted = _subnets(properties)
    if not wanted:
        raise invalid("A network interface needs at least one ipConfiguration with a subnet.", "InvalidRequestFormat")
    public = [ip["properties"]["publicIPAddress"]["id"] for ip in properties["ipConfigurations"] if _public(ip)]
    for reference in (*wanted, *public):
        if world.store.find(reference) is None:
            raise invalid(f"Resource {reference} referenced was not found.", "InvalidResourceReference")


def _address_nic(world: World, nic: Resource) -> None:
    number = sum(1 for _ in world.store.under("/subscriptions", NIC))
    nic.properties.setdefault("enableAcceleratedNetworking", False)
    for place, ip in enumerate(nic.properties["ipConfigurations"]):
        private = str(ipaddress.ip_address("10.0.0.4") + (number + place) % 60_000)
        ip["properties"].setdefault("privateIPAddress", private)


def _keep_nic(_world: World, nic: Resource) -> None:
    machine = nic.properties.get("virtualMachine")
    if machine:
        name = nic.address.name
        raise Refusal(400, "NicInUse", f"Network Interface {name} is used by existing resource {machine['id']}.")


def _subnets(properties: Json) -> list[str]:
    configurations = [ip.get("properties") or {} for ip in properties.get("ipConfigurations") or []]
    return [str(ip["subnet"]["id"]).lower() for ip in configurations if (ip.get("subnet") or {}).get("id")]


def _public(ip: Json) -> bool:
    return bool((ip.get("properties") or {}).get("publicIPAddress"))


_DONE = {"provisioningState": "Succeeded"}

KINDS = {
    "microsoft.network/virtualnetworks": Kind(made=_spread, keep=_keep_network),
    NIC: Kind(check=_check_nic, made=_address_nic, keep=_keep_nic),
}
