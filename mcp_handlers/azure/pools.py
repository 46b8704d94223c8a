"""Agent pools of AKS and virtual machine scale sets, as Azure describes them, and how each is marked and resized."""

from __future__ import annotations

from dataclasses import dataclass

from mcp_handlers.azure import autoscale
from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.labels import PREFIX
from mcp_handlers.tools.scale_nodepool import Move, Sizes
from workflow.model.base import Json

MARK = PREFIX + "scaled"
_TOLD = frozenset({"eTag", "provisioningState", "currentOrchestratorVersion", "status"})
"""What Azure says of an agent pool and is not to be said back."""


@dataclass(frozen=True)
class AgentPool:
    """A pool of an AKS cluster."""

    clients: Clients
    path: str
    about: Json

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, which AKS puts on its machines too."""
        return self.about["properties"].get("tags") or {}

    @property
    def sizes(self) -> Sizes:
        """How large it is and may become."""
        said = self.about["properties"]
        count = int(said.get("count") or 0)
        if not said.get("enableAutoScaling"):
            return Sizes(minimum=count, maximum=count, desired=count)
        return Sizes(minimum=said["minCount"], maximum=said["maxCount"], desired=count)

    @property
    def machines(self) -> frozenset[str]:
        """The size of its machines."""
        return frozenset({self.about["properties"]["vmSize"]})

    def apply(self, move: Move) -> None:
        """Mark and resize it in one request, which Azure refuses if the pool has changed since it was read."""
        said = self.about["properties"]
        changed = {name: value for name, value in said.items() if name not in _TOLD}
        changed["tags"] = self.tags | ({MARK: move.mark} if move.mark else {})
        if wanted := move.target:
            scales = wanted.minimum < wanted.maximum
            changed |= {"count": wanted.desired, "enableAutoScaling": scales}
            changed |= {"minCount": wanted.minimum if scales else None, "maxCount": wanted.maximum if scales else None}
        self.clients.arm.put(self.path, {"properties": changed}, etag=said.get("eTag", ""))


@dataclass(frozen=True)
class ScaleSet:
    """A scale set, with the autoscale setting that is aimed at it (empty: none)."""

    clients: Clients
    path: str
    about: Json
    setting: Json

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return self.about.get("tags") or {}

    @property
    def sizes(self) -> Sizes:
        """How large it is and may become."""
        count = int(self.about["sku"]["capacity"])
        minimum, maximum = autoscale.bounds(self.setting) or (count, count)
        return Sizes(minimum=minimum, maximum=maximum, desired=count)

    @property
    def machines(self) -> frozenset[str]:
        """The size of its machines."""
        return frozenset({self.about["sku"]["name"]})

    def apply(self, move: Move) -> None:
        """Mark it, if it has not changed since it was read; then set its bounds, then its size."""
        if move.mark:
            tags = self.tags | {MARK: move.mark}
            self.clients.arm.patch(self.path, {"tags": tags}, etag=self.about.get("etag", ""))
        wanted, present = move.target, self.sizes
        if wanted is None:
            return
        if (wanted.minimum, wanted.maximum) != (present.minimum, present.maximum):
            autoscale.aim(self.clients, self.path, self.about["location"], self.setting, wanted)
        if wanted.desired != present.desired:
            self.clients.arm.patch(self.path, {"sku": self.about["sku"] | {"capacity": wanted.desired}})
