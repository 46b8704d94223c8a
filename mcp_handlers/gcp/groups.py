"""A managed instance group, with the autoscaler that keeps its bounds.

A group has no labels of its own that could be written without touching its machines. Whose it is, its instance template
says; which scaling was the latest stands in the description of its autoscaler, which is made where it has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from mcp_handlers.gcp.client import Clients
from mcp_handlers.gcp.errors import AlreadyExists, Busy
from mcp_handlers.tools.scale_nodepool import Move, Sizes
from workflow.model.base import Json
from workflow.model.resource import Resource

_MARK = re.compile(r"\s*\[tollgate-scaled ([0-9a-f_]+)\]")
_UTILIZATION = 0.6
"""The CPU load that a new autoscaler aims at: Google's own default."""


@dataclass(frozen=True)
class Group:
    """A group as it was when it was read. `scaler` is empty where it has none."""

    clients: Clients
    region: str
    scope: str
    about: Json
    template: Json
    scaler: Json

    @classmethod
    def read(cls, clients: Clients, resource: Resource) -> Group:
        """Read the group, then its autoscaler: the mark must be younger than the size. Raises TollgateError."""
        scope = f"zones/{resource.zone}" if resource.zone else f"regions/{resource.region}"
        region = resource.region
        about = clients.compute("GET", f"{scope}/instanceGroupManagers/{resource.id}", region=region)
        link = str(about["instanceTemplate"]).rpartition(f"projects/{clients.project}/")[2]
        template = clients.compute("GET", link, region=region).get("properties", {})
        found = clients.every(clients.compute, f"{scope}/autoscalers", "items", region=region)
        end = f"/{scope}/instanceGroupManagers/{resource.id}"
        scaler = next((one for one in found if str(one.get("target", "")).endswith(end)), {})
        return cls(clients, region, scope, about, template, scaler)

    @property
    def tenants(self) -> dict[str, str]:
        """The labels that its machines get."""
        extra = self.about.get("allInstancesConfig", {}).get("properties", {}).get("labels", {})
        return {**self.template.get("labels", {}), **extra}

    @property
    def mark(self) -> str:
        """Which scaling was the latest."""
        found = _MARK.search(self.scaler.get("description", ""))
        return found[1] if found else ""

    @property
    def sizes(self) -> Sizes:
        """How large it is and may become."""
        size, policy = int(self.about["targetSize"]), self.scaler.get("autoscalingPolicy", {})
        if not self.scaler or policy.get("mode", "ON") == "OFF":
            return Sizes(minimum=size, maximum=size, desired=size)
        return Sizes(minimum=policy.get("minNumReplicas", 0), maximum=policy["maxNumReplicas"], desired=size)

    @property
    def machine(self) -> tuple[str, list[Json]]:
        """Its machine type and accelerators."""
        kind = str(self.template.get("machineType", "")).rpartition("/")[2]
        return kind, self.template.get("guestAccelerators", [])

    @property
    def standing(self) -> tuple[str, str]:
        """RUNNING once all machines are there and as they should be."""
        stable = bool(self.about.get("status", {}).get("isStable"))
        return ("RUNNING" if stable else "RECONCILING"), "" if stable else "The group is not stable."

    def apply(self, move: Move) -> None:
        """Mark the autoscaler and switch it off, resize the group, and switch it on where the bounds differ.

        An autoscaler that is on would set the size itself. Raises Busy where another call makes one just now.
        """
        wanted = move.target or self.sizes
        words = _MARK.sub("", self.scaler.get("description", ""))
        mark = move.mark or self.mark
        text = f"{words} [tollgate-scaled {mark}]".strip()
        self._scaler(text, wanted, "OFF")
        if wanted.desired != self.sizes.desired:
            name = self.about["name"]
            path, size = f"{self.scope}/instanceGroupManagers/{name}/resize", {"size": str(wanted.desired)}
            self._do("POST", path, None, size)
        if wanted.minimum < wanted.maximum:
            self._scaler(text, wanted, "ON")

    def _scaler(self, description: str, wanted: Sizes, mode: str) -> None:
        """Make the autoscaler, or change it; its other rules stay."""
        policy = self.scaler.get("autoscalingPolicy", {"cpuUtilization": {"utilizationTarget": _UTILIZATION}})
        policy = policy | {
            "minNumReplicas": wanted.minimum, "maxNumReplicas": max(wanted.maximum, 1), "mode": mode
        }  # fmt: skip
        path = f"{self.scope}/autoscalers"
        name = str(self.scaler.get("name", self.about["name"]))
        body = {"name": name, "description": description, "autoscalingPolicy": policy}
        if self.scaler or mode == "ON":
            self._do("PATCH", path, body, {"autoscaler": quote(name)})
            return
        try:
            self._do("POST", path, body | {"target": self.about["selfLink"]}, {})
        except AlreadyExists as error:
            raise Busy(error.message) from error

    def _do(self, method: str, path: str, body: Json | None, params: dict[str, str]) -> None:
        operation = self.clients.compute(method, path, body, region=self.region, params=params)
        self.clients.wait(operation, region=self.region)
