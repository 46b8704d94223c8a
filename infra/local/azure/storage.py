"""Storage accounts: names that are unique in the world, endpoints, keys, and the blob service that each begins with."""

from __future__ import annotations

import base64
import hashlib
import re

from infra.local.azure.address import Address, parse
from infra.local.azure.kind import Action, Kind, World
from infra.local.azure.refusal import Refusal, conflict, invalid
from infra.local.azure.store import Resource
from workflow.model.base import Json

ACCOUNT = "microsoft.storage/storageaccounts"
_SERVICES = {"blob": "blob", "dfs": "dfs", "file": "file", "queue": "queue", "table": "table"}
_CONTAINER = re.compile(r"^[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9]$")


def _check(world: World, address: Address, body: Json, old: Resource | None) -> None:
    name = address.name
    if not re.fullmatch(r"[a-z0-9]{3,24}", name):
        text = f"{name} is not a valid storage account name: 3 to 24 characters, numbers and lower-case letters only."
        raise invalid(text, "AccountNameInvalid")
    if not (body.get("sku") or {}).get("name") or not body.get("kind"):
        raise invalid("A storage account needs sku.name and kind.", "InvalidRequestContent")
    for other in world.store.under("/subscriptions", ACCOUNT):
        if other.address.name == name and other is not old:
            raise conflict("StorageAccountAlreadyTaken", f"The storage account named {name} is already taken.")
    encryption = "requireInfrastructureEncryption"
    if old is not None and _encryption(old.body).get(encryption) != _encryption(body).get(encryption):
        raise conflict("InfrastructureEncryptionCannotBeChanged", "Infrastructure encryption is set at creation only.")


def _made(world: World, account: Resource) -> None:
    name, properties = account.address.name, account.properties
    url = {key: f"https://{name}.{host}.core.windows.net/" for key, host in _SERVICES.items()}
    properties.update(primaryEndpoints=url, primaryLocation=account.body["location"], statusOfPrimary="available")
    properties.setdefault("encryption", {"keySource": "Microsoft.Storage", "services": {"blob": {"enabled": True}}})
    call = f"PUT {account.address.id}"
    if world.faults.take("unhealthy", region=account.body["location"], operation=call):
        properties["statusOfPrimary"] = "unavailable"
    blobs = f"{account.address.id}/blobServices/default"
    if world.store.find(blobs) is None:
        world.store.put(parse(blobs), {"properties": {"deleteRetentionPolicy": {"enabled": False}}})


def _check_container(_world: World, address: Address, body: Json, _old: Resource | None) -> None:
    if not _CONTAINER.match(address.name):
        raise invalid(f"The container name {address.name} is not valid.", "ContainerNameInvalid")
    body.setdefault("properties", {}).setdefault("publicAccess", "None")


def _check_public(world: World, address: Address, body: Json, old: Resource | None) -> None:
    _check_container(world, address, body, old)
    account = world.store.get(address.parent.parent)
    if body["properties"]["publicAccess"] != "None" and not account.properties.get("allowBlobPublicAccess"):
        raise Refusal(409, "PublicAccessNotPermitted", "Public access is not permitted on this storage account.")


def _keys(_world: World, account: Resource) -> Json:
    """Two keys that are the same at every call and open nothing."""
    seeds = [f"{number} {account.address.key}".encode() for number in (1, 2)]
    values = [base64.b64encode(hashlib.sha512(seed).digest()).decode() for seed in seeds]
    return {
        "keys": [
            {"keyName": f"key{place}", "value": value, "permissions": "FULL"} for place, value in enumerate(values, 1)
        ]
    }


def _encryption(body: Json) -> Json:
    return (body.get("properties") or {}).get("encryption") or {}


KINDS = {
    ACCOUNT: Kind(check=_check, made=_made, actions={"listkeys": Action(_keys)}, drops=True),
    f"{ACCOUNT}/blobservices": Kind(instant=True),
    f"{ACCOUNT}/blobservices/containers": Kind(check=_check_public, instant=True),
}
