"""A cloud as the tools' shared cases see it: what must be there before a call, what is there after it, and faults."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import pytest

from functions.registry import contract, room
from workflow.model.base import Json, Noun
from workflow.model.resource import Resource

TAGS = {"tenant": "acme", "project": "vision", "run": "run-1", "owner": "ada@acme.eu", "environment": "staging"}
KEY = "0123456789abcdef0123456789abcdef01234567"
MADE_BEFORE = "machine-or-bucket-made-before"
"""The key of what a case needs. The judges of volumes know by its first word which disks are a machine's own."""


class World(ABC):
    """An empty cloud that is well.

    `machine` is a type that may be started, trained on and served from. `writes` says by tool what a fault's operation
    names to strike the one call that makes or changes what the tool is about.
    """

    cloud: str
    region: str
    machine: str
    writes: Mapping[str, str]
    clients: Any

    @abstractmethod
    def fault(self, kind: str, **how: Any) -> None:
        """Put a fault in force."""

    @abstractmethod
    def heal(self) -> None:
        """Take all faults away."""

    @abstractmethod
    def impatient(self, patched: pytest.MonkeyPatch) -> Any:
        """Clients that wait for an answer a fifth of a second at most."""

    @abstractmethod
    def secret(self) -> Json:
        """A secret of acme's with one version; what rotate_secret needs to be told of it."""

    @abstractmethod
    def route(self) -> Json:
        """A weighted route of acme's whose first target carries everything; what failover_route needs to be told."""

    @abstractmethod
    def pool(self) -> Json:
        """A pool of acme's with 2 machines, between 1 and 3; what scale_nodepool needs to be told of it."""

    @abstractmethod
    def held(self, tool: str) -> list[str]:
        """All that there is of what the tool makes, or the state of all that it changes."""

    def perform(self, tool: str, arguments: Json, key: str = KEY, clients: Any = None) -> Any:
        """What the cloud's own file for the tool makes of the arguments. Raises TollgateError."""
        wanted: Noun = contract(tool).input.model_validate(arguments)
        return room(self.cloud, tool).call(wanted, clients or self.clients, key)

    def ready(self, tool: str) -> Json:
        """Make what must be there; the arguments that differ from cloud to cloud."""
        match tool:
            case "rotate_secret":
                return self.secret()
            case "failover_route":
                return self.route()
            case "scale_nodepool":
                return self.pool()
            case "get_health" | "release_resource":
                return {"resource": self.made("create_storage_bucket")}
            case "get_cost_estimate":
                return {"regions": [self.region], "machine": self.machine}
        return {"region": self.region, **self._beside(tool)}

    def _beside(self, tool: str) -> Json:
        match tool:
            case "create_storage_bucket" | "list_resources":
                return {}
            case "attach_volume":
                return {"instance": self.made("provision_compute", machine=self.machine)}
            case "submit_ml_job" | "deploy_model":
                return {"machine": self.machine, "bucket": self.made("create_storage_bucket")["id"]}
        return {"machine": self.machine}

    def made(self, tool: str, **arguments: Any) -> Json:
        """The first resource that a tool makes here, under a key that no case has."""
        done = self.perform(tool, {"region": self.region, "tags": TAGS, **arguments}, MADE_BEFORE)
        first: Resource = done.resources[0]
        return first.model_dump(mode="json")
