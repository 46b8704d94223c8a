"""What can be done to any resource of any type: put, patch, get, list, delete and act."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress

from infra.local.azure import disks, learning, machines, network, nodepools, serving, storage, traffic
from infra.local.azure.account import LOCATIONS, location
from infra.local.azure.address import Address
from infra.local.azure.call import Call, accepted
from infra.local.azure.kind import Action, Kind, World
from infra.local.azure.refusal import Refusal, Reply, conflict, invalid
from infra.local.azure.store import BUSY, Resource
from workflow.model.base import Json

_KINDS = {
    **machines.KINDS,
    **disks.KINDS,
    **network.KINDS,
    **storage.KINDS,
    **learning.KINDS,
    **traffic.KINDS,
    **serving.KINDS,
    **nodepools.KINDS,
    "": Kind(instant=True),
}
_PLAIN = Kind()


def put(world: World, call: Call, address: Address) -> Reply:
    """Create or replace."""
    _placed(world, address)
    old, kind, body = world.store.find(address.key), _kind(address), copy.deepcopy(call.body)
    _located(world, address, body, old)
    if old is not None and call.headers.get("if-none-match") == "*":
        raise Refusal(412, "PreconditionFailed", f"The resource {address.id} exists.")
    _free(old)
    _unchanged(call, old)
    kind.check(world, address, body, old)
    body["properties"] = body.get("properties") or {}
    resource = world.store.put(address, body)
    resource.hidden = old.hidden if old else {}
    try:
        kind.made(world, resource)
    except Refusal:
        _restore(world, address, old)
        raise
    if kind.instant:
        if address.group and not address.types:
            resource.properties["provisioningState"] = "Succeeded"
        return Reply(200, resource.body)
    resource.properties["provisioningState"] = "Updating" if old else "Creating"
    return accepted(world, call, address, lambda: _finish(world, kind, resource), 200, copy.deepcopy(resource.body))


def patch(world: World, call: Call, address: Address) -> Reply:
    """Merge into what exists, at once."""
    resource = world.store.get(address)
    _free(resource)
    if "location" in call.body and location(call.body["location"]) != location(resource.body.get("location", "")):
        raise conflict("InvalidResourceLocation", f"The location of {address.name} cannot be changed.")
    _unchanged(call, resource)
    _kind(address).patched(world, resource, call.body)
    world.store.resources[address.key].body = _merged(resource.body, call.body)
    return Reply(200, resource.body)


def get(world: World, call: Call, address: Address) -> Reply:
    """Read one, or (HEAD) whether it exists."""
    resource = world.store.get(address)
    if call.method == "HEAD":
        return Reply(204)
    return Reply(200, _kind(address).view(world, resource, call.query))


def listing(world: World, call: Call, address: Address) -> Reply:
    """Read all of one type, in a group, in the subscription or below a parent."""
    scope = Address(address.subscription, address.group)
    if len(address.types) > 1:
        world.store.get(address.parent)
        scope = address.parent
    elif address.group is not None:
        world.store.get(scope)
    if address.shape == "microsoft.resources/resources":
        found = [one for one in world.store.under(scope.id) if len(one.address.types) == 1 and _fits(call, one)]
    else:
        shape = "" if address.shape == "microsoft.resources/resourcegroups" else address.shape
        found = [one for one in world.store.under(scope.id) if one.address.shape == shape]
    return Reply(200, {"value": list(_views(world, found))})


def delete(world: World, call: Call, address: Address) -> Reply:
    """Take away, with everything below."""
    resource, kind = world.store.find(address.key), _kind(address)
    if resource is None:
        return Reply(204)
    kind.keep(world, resource)
    if address.types and (kind.instant or kind.drops):
        _drop(world, kind, resource)
        return Reply(200)
    resource.properties["provisioningState"] = "Deleting"
    return accepted(world, call, address, lambda: _drop(world, kind, resource), 202, None)


def act(world: World, call: Call, address: Address) -> Reply:
    """POST on a resource. Only what its Kind knows can be done."""
    resource = world.store.get(address.parent)
    action = _kind(resource.address).actions.get(address.types[-1].lower())
    if action is None:
        raise invalid(f"There is no action {address.types[-1]} on {resource.address.type}.", "InvalidAction")
    if action.slow:
        _free(resource)
        action.check(world, resource, call.body)
        return accepted(world, call, resource.address, lambda: _run(world, action, resource), 202, None)
    action.check(world, resource, call.body)
    return Reply(200, action.run(world, resource))


def _views(world: World, found: list[Resource]) -> Iterator[Json]:
    """What a reader sees of each. One that is found to be gone when it is looked at is left out."""
    for one in found:
        with suppress(Refusal):
            yield _kind(one.address).view(world, one, {})


def _kind(address: Address) -> Kind:
    return _KINDS.get(address.shape if address.types else "", _PLAIN)


def _run(world: World, action: Action, resource: Resource) -> None:
    if world.store.find(resource.address.key) is resource:
        action.run(world, resource)


def _finish(world: World, kind: Kind, resource: Resource) -> None:
    if world.store.find(resource.address.key) is not resource or resource.state == "Deleting":
        return
    try:
        kind.ready(world, resource)
    except Refusal:
        resource.properties["provisioningState"] = "Failed"
        raise
    resource.properties["provisioningState"] = "Succeeded"


def _drop(world: World, kind: Kind, resource: Resource) -> None:
    if world.store.find(resource.address.key) is resource:
        kind.gone(world, resource)
        world.store.remove(resource.address.key)


def _restore(world: World, address: Address, old: Resource | None) -> None:
    if old is None:
        world.store.remove(address.key)
    else:
        world.store.resources[address.key] = old


def _placed(world: World, address: Address) -> None:
    if address.group is not None and address.types:
        group = world.store.find(Address(address.subscription, address.group).key)
        if group is None:
            raise Refusal(404, "ResourceGroupNotFound", f"Resource group '{address.group}' could not be found.")
        if group.state == "Deleting":
            raise conflict("ResourceGroupBeingDeleted", f"Resource group '{address.group}' is being deleted.")
    if len(address.types) > 1 and address.types[-1].lower() not in _IMPLICIT:
        parent = address.parent
        if world.store.find(parent.key) is None:
            text = f"Failed to perform '{parent.type}/write': the parent resource '{parent.id}' was not found."
            raise Refusal(404, "ParentResourceNotFound", text)


_IMPLICIT = frozenset({"versions"})
"""Types whose parent comes into being with them: an environment's first version makes the environment."""


def _located(world: World, address: Address, body: Json, old: Resource | None) -> None:
    if len(address.types) > 1:
        return
    place = body.get("location") or (old.body.get("location") if old else None)
    if not place:
        raise invalid(f"The location property is required for {address.type}.", "LocationRequired")
    if location(place) not in LOCATIONS | {"global"}:
        text = f"The provided location '{place}' is not available for resource type '{address.type}'."
        raise invalid(text, "LocationNotAvailableForResourceType")
    if old is not None and location(old.body["location"]) != location(place):
        raise conflict("InvalidResourceLocation", f"{address.name} exists in location {old.body['location']}.")
    body["location"] = location(place)


def _free(resource: Resource | None) -> None:
    if resource is not None and resource.state in BUSY:
        text = f"Another operation is in progress on {resource.address.id}. Try again when it has ended."
        raise conflict("AnotherOperationInProgress", text)


def _unchanged(call: Call, resource: Resource | None) -> None:
    wanted = call.headers.get("if-match", "*")
    etag = (resource.body.get("etag") or resource.properties.get("eTag")) if resource is not None else None
    if wanted not in ("*", etag):
        raise Refusal(412, "PreconditionFailed", "The condition '' for 'IfMatch' was not satisfied: it has changed.")


def _fits(call: Call, resource: Resource) -> bool:
    """The `$filter` of a listing of everything: `tagName eq 'a' and tagValue eq 'b'`, or `resourceType eq '…'`."""
    tags = resource.body.get("tags") or {}
    wanted = dict(part.strip().split(" eq ", 1) for part in call.query.get("$filter", "").split(" and ") if part)
    asked = {name: value.strip("'") for name, value in wanted.items()}
    if "resourceType" in asked and asked["resourceType"].lower() != resource.address.shape:
        return False
    return "tagName" not in asked or (
        asked["tagName"] in tags and asked.get("tagValue", tags[asked["tagName"]]) == tags[asked["tagName"]]
    )


def _merged(base: Json, change: Json) -> Json:
    merged = dict(base)
    for name, value in change.items():
        kept = merged.get(name)
        merged[name] = _merged(kept, value) if isinstance(kept, dict) and isinstance(value, dict) else value
    return merged
