"""Azure Resource Manager's front door: who calls, what is to go wrong, and which verb it is."""

from __future__ import annotations

from collections.abc import Mapping

from infra.local.azure import machines, nodepools, quotas, verbs
from infra.local.azure.account import DIRECTORY, LOCATIONS, SUBSCRIPTION, location
from infra.local.azure.address import Address, parse
from infra.local.azure.call import Call, progress
from infra.local.azure.kind import Read, World
from infra.local.azure.refusal import Refusal, Reply, invalid
from workflow.model.base import Json

_CHALLENGE = f'Bearer authorization="https://login.microsoftonline.com/{DIRECTORY}", error="invalid_token"'


def answer(world: World, call: Call) -> Reply:
    """Perform one call. Raises Refusal."""
    _identified(call)
    if "api-version" not in call.query:
        raise invalid("The api-version query parameter (?api-version=) is required.", "MissingApiVersionParameter")
    if "/providers/microsoft.quota/" in call.path.lower():
        if call.method != "GET":
            raise Refusal(405, "MethodNotAllowed", "Quotas can only be read here.")
        return Reply(200, quotas.quota_api(world, call.path))
    address = parse(call.path)
    if address.subscription.lower() != SUBSCRIPTION:
        text = f"The subscription '{address.subscription}' could not be found."
        raise Refusal(404, "SubscriptionNotFound", text)
    spoilt(world, region(world, address, call.body), f"{call.method} {call.path}")
    return _perform(world, call, address)


def _identified(call: Call) -> None:
    kind, _, token = call.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        text = "Authentication failed. The 'Authorization' header is missing."
        raise Refusal(401, "AuthenticationFailed", text, {"WWW-Authenticate": _CHALLENGE})


def spoilt(world: World, where: str, what: str) -> None:
    """Raise the Refusal of the first fault in force that strikes `what` in the location `where` before it is done."""
    if where and world.faults.take("region_down", region=where, operation=what):
        raise Refusal(503, "ServiceUnavailable", f"The service is unavailable in {where}. Try again later.")
    if world.faults.take("throttle", region=where, operation=what):
        text = "The request is being throttled as the limit of calls has been reached."
        raise Refusal(429, "TooManyRequests", text, {"Retry-After": "1"})
    if world.faults.take("no_permission", region=where, operation=what):
        raise _forbidden(what)
    if world.faults.take("error", region=where, operation=what):
        raise internal()


def internal() -> Refusal:
    """Something went wrong on Azure's side."""
    return Refusal(500, "InternalServerError", "Encountered an internal server error.")


def _forbidden(what: str) -> Refusal:
    method, _, path = what.partition(" ")
    if path.lower().startswith(("/secrets", "/deletedsecrets")):
        text = "Caller is not authorized to perform action on resource.\r\nVault: local;location=westeurope"
        return Refusal(403, "Forbidden", text)
    verb = {"GET": "read", "DELETE": "delete", "POST": "action"}.get(method, "write")
    text = f"The client 'tool' does not have authorization to perform action '{verb}' over scope '{path}'"
    return Refusal(403, "AuthorizationFailed", f"{text} or the scope is invalid.")


def place(world: World, call: Call) -> str:
    """The location that a call is about, or empty."""
    try:
        return region(world, parse(call.path), call.body)
    except Refusal:
        return ""


def region(world: World, address: Address, body: Json) -> str:
    """The location that a call is about, or empty. A resource group is Azure's own and is nowhere."""
    if not address.types:
        return ""
    if address.types[0].lower() == "locations" and address.names:
        return location(address.names[0])
    return location(str(body.get("location") or "")) or world.store.location(address)


def _perform(world: World, call: Call, address: Address) -> Reply:
    if address.types[-1:] and address.types[-1].lower() in ("operations", "operationresults"):
        return progress(world, call, address)
    if call.method == "GET" and (read := _READS.get(address.shape)):
        return Reply(200, read(world, address))
    if call.method == "GET" and not address.types and address.group is None:
        return Reply(200, _subscription(world, address))
    verb = _OPEN.get(call.method) if address.open else _CLOSED.get(call.method)
    if verb is None or (not address.open and not address.types and address.group is None):
        raise Refusal(405, "MethodNotAllowed", f"{call.method} is not possible on {address.id}.")
    return verb(world, call, address)


def _subscription(_world: World, address: Address) -> Json:
    who = {"subscriptionId": SUBSCRIPTION, "tenantId": DIRECTORY, "displayName": "Local", "state": "Enabled"}
    return {"id": address.id, **who}


def _locations(_world: World, address: Address) -> Json:
    base = f"/subscriptions/{address.subscription}/locations"
    return {"value": [{"id": f"{base}/{name}", "name": name, "displayName": name} for name in sorted(LOCATIONS)]}


_READS: Mapping[str, Read] = {
    **machines.READS,
    **nodepools.READS,
    **quotas.READS,
    "microsoft.resources/locations": _locations,
}
_OPEN = {"GET": verbs.listing, "POST": verbs.act}
_CLOSED = {
    "GET": verbs.get, "HEAD": verbs.get, "PUT": verbs.put, "PATCH": verbs.patch, "DELETE": verbs.delete,
}  # fmt: skip
