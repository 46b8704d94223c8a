"""What exists, and what is still being made: one dictionary of resources and one of long-running operations."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from infra.local.azure.account import GROUP, GROUP_LOCATION, SUBSCRIPTION, location
from infra.local.azure.address import Address
from infra.local.azure.refusal import Refusal, missing
from workflow.model.base import Json

OPERATION_SECONDS = 0.05
"""How long a long-running operation is in progress: long enough that a client has to poll."""
BUSY = frozenset({"Creating", "Updating", "Deleting"})


@dataclass
class Resource:
    """`body` is what a caller sees; `hidden` is what only this emulator knows of it."""

    address: Address
    body: Json
    hidden: Json = field(default_factory=dict)

    @property
    def properties(self) -> Json:
        """The part that differs by type."""
        properties: Json = self.body.setdefault("properties", {})
        return properties

    @property
    def state(self) -> str:
        """The provisioning state; empty for a type that has none."""
        return str(self.properties.get("provisioningState", ""))


@dataclass
class Operation:
    """Something in progress until `due`. `finish` is called then and may raise Refusal, which fails the operation."""

    due: float
    finish: Callable[[], None]
    done: bool = False
    error: Refusal | None = None


class Store:
    """All resources by key, and all operations by id. Used from one thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Forget everything but the account's own resource group."""
        self.resources: dict[str, Resource] = {}
        self.operations: dict[str, Operation] = {}
        self._pending: list[Operation] = []
        group = Address(SUBSCRIPTION, GROUP)
        self.put(group, {"location": GROUP_LOCATION, "properties": {"provisioningState": "Succeeded"}})

    def put(self, address: Address, body: Json) -> Resource:
        """Keep `body` at `address`, with the fields that Azure adds."""
        named = {**body, "id": address.id, "name": address.name, "type": address.type}
        self.resources[address.key] = Resource(address, named)
        return self.resources[address.key]

    def find(self, key: str) -> Resource | None:
        """The resource of this id, in any case."""
        return self.resources.get(key.lower())

    def get(self, address: Address) -> Resource:
        """The resource at `address`. Raises Refusal (404)."""
        found = self.find(address.key)
        if found is None:
            raise missing(address.type, address.name, address.group)
        return found

    def remove(self, key: str) -> None:
        """Take a resource away, with everything below it."""
        key = key.lower()
        for other in [other for other in self.resources if other == key or other.startswith(key + "/")]:
            del self.resources[other]

    def under(self, prefix: str, shape: str = "") -> Iterator[Resource]:
        """Every resource whose id begins with `prefix`, of one shape if given."""
        prefix = prefix.lower() + "/"
        for key, resource in list(self.resources.items()):
            if key.startswith(prefix) and shape in ("", resource.address.shape):
                yield resource

    def location(self, address: Address) -> str:
        """Where the resource at `address` lives, or what contains it; empty if nothing of it exists."""
        while address.types:
            found = self.find(address.key)
            if found is not None and found.body.get("location"):
                return location(found.body["location"])
            address = address.parent
        return ""

    def begin(self, finish: Callable[[], None]) -> str:
        """Start an operation and return its id."""
        name, operation = str(uuid.uuid4()), Operation(self._clock() + OPERATION_SECONDS, finish)
        self.operations[name] = operation
        self._pending.append(operation)
        return name

    def settle(self) -> None:
        """Finish every operation that is due."""
        now = self._clock()
        due = [operation for operation in self._pending if operation.due <= now]
        self._pending = [operation for operation in self._pending if operation.due > now]
        for operation in due:
            operation.done = True
            try:
                operation.finish()
            except Refusal as refusal:
                operation.error = refusal
