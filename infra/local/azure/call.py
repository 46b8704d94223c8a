"""One request as the verbs see it, and the answer to one that takes its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infra.local.azure.account import GROUP_LOCATION
from infra.local.azure.address import Address
from infra.local.azure.kind import World
from infra.local.azure.refusal import Refusal, Reply
from workflow.model.base import Json


@dataclass(frozen=True)
class Call:
    """`base` is the scheme and host that the request came to; `headers` have lower-case names."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Json
    base: str


def accepted(
    world: World, call: Call, address: Address, finish: Callable[[], None], status: int, body: Json | None
) -> Reply:
    """Answer now, finish later: with the two headers that a client polls by."""
    place = world.store.location(address) or GROUP_LOCATION
    path = f"{call.base}/subscriptions/{address.subscription}/providers/{address.provider or 'Microsoft.Resources'}"
    name = world.store.begin(finish)
    version = f"?api-version={call.query['api-version']}"
    headers = {"Azure-AsyncOperation": f"{path}/locations/{place}/operations/{name}{version}"}
    if call.method in ("DELETE", "POST"):
        headers["Location"] = f"{path}/locations/{place}/operationResults/{name}{version}"
    return Reply(status, body, headers)


def progress(world: World, call: Call, address: Address) -> Reply:
    """How an operation stands. Raises Refusal (404) for one that never was."""
    operation = world.store.operations.get(address.name)
    if operation is None:
        raise Refusal(404, "NotFound", f"There is no operation {address.name}.")
    if address.types[-1].lower() == "operationresults":
        if not operation.done:
            return Reply(202, None, {"Location": f"{call.base}{call.path}?api-version={call.query['api-version']}"})
        if operation.error:
            raise operation.error
        return Reply(200, {})
    body: Json = {"id": address.id, "name": address.name, "status": "InProgress"}
    if operation.done:
        body["status"] = "Failed" if operation.error else "Succeeded"
    if operation.error:
        body |= operation.error.envelope
    return Reply(200, body)
