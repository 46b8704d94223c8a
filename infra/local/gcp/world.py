"""Everything the local GCP remembers. One event loop reads and writes it, so it needs no locks."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from infra.local.faults import FaultBook
from infra.local.gcp.wire import ApiError
from workflow.model.base import Json

Scope = tuple[str, str]
"""A project and `zones/Z`, `regions/R` or `global`."""


@dataclass
class Operation:
    """A compute operation: `view` is its JSON; when it ends, `target` takes the status `outcome`, or `error` shows.

    `settles_at` is the monotonic time at which it ends unasked.
    """

    view: Json
    scope: Scope
    target: Json | None
    outcome: str
    error: Json | None
    settles_at: float


@dataclass
class Bucket:
    """A bucket's JSON and its objects: metadata and content by name."""

    view: Json
    objects: dict[str, tuple[Json, bytes]] = field(default_factory=dict)


@dataclass
class Secret:
    """A secret's JSON; its versions, the oldest first, and their payloads in base64."""

    view: Json
    versions: list[Json] = field(default_factory=list)
    payloads: list[str] = field(default_factory=list)


_RPC = {400: 9, 404: 5, 409: 6, 429: 8}
"""google.rpc.Code of an HTTP status."""


@dataclass
class Lro:
    """An operation of Vertex AI: `view` is its JSON. `finish`, called when it is due, gives the response.

    Where it raises ApiError, the operation has failed.
    """

    view: Json
    due: float
    finish: Callable[[], Json]

    def settle(self) -> Json:
        """Its JSON as of now."""
        if not self.view["done"] and time.monotonic() >= self.due:
            self.view["done"] = True
            try:
                self.view["response"] = self.finish()
            except ApiError as refused:
                self.view["error"] = {"code": _RPC.get(refused.code, 13), "message": refused.message}
        return self.view


class World:
    """The state of all services."""

    def __init__(self) -> None:
        self.faults = FaultBook()
        self.resets = 0
        self._ids = itertools.count(time.time_ns())
        self.reset()

    def reset(self) -> None:
        """Forget every resource and fault."""
        self.resets += 1
        self.faults.clear()
        self.resources: dict[tuple[Scope, str], dict[str, Json]] = {}
        self.operations: dict[str, Operation] = {}
        self.cluster_operations: dict[str, Operation] = {}
        self.requests: dict[tuple[Scope, str], tuple[str, Operation]] = {}
        self.buckets: dict[str, Bucket] = {}
        self.jobs: dict[str, Json] = {}
        self.serving: dict[str, Json] = {}
        self.coming: dict[str, list[Json]] = {}
        self.lros: dict[str, Lro] = {}
        self.secrets: dict[str, Secret] = {}
        self.zones: dict[str, Json] = {}
        self.rrsets: dict[str, list[Json]] = {}

    def new_id(self) -> str:
        """A number that nothing else has, as text."""
        return str(next(self._ids))

    def collection(self, scope: Scope, kind: str) -> dict[str, Json]:
        """The resources of one kind in one scope, by name; a live dict."""
        return self.resources.setdefault((scope, kind), {})


def now() -> str:
    """The time as Google writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
