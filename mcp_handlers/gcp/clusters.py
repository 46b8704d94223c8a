"""A node pool of a GKE cluster. A cluster does one thing at a time, so each change is waited for."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass

from mcp_handlers.gcp.client import OPERATION_SECONDS, Clients
from mcp_handlers.gcp.errors import AlreadyExists, Busy, from_operation
from mcp_handlers.kernel import deadline
from mcp_handlers.tools.scale_nodepool import Move, Sizes
from workflow.model.base import Json
from workflow.model.errors import OutcomeUnknown, Rejected, Throttled
from workflow.model.resource import Resource

MARK = "tollgate-scaled"
_BUSY = re.compile(r"incompatible operation|please wait and try again|is currently (creating|updating|upgrading)", re.I)
_POLL_SECONDS = 0.1, 2.0


@dataclass(frozen=True)
class NodePool:
    """A pool as it was when it was read. `count` is how many nodes its instance groups are to have, over all zones."""

    clients: Clients
    region: str
    place: str
    path: str
    about: Json
    count: int

    @classmethod
    def read(cls, clients: Clients, resource: Resource) -> NodePool:
        """Read the pool, twice: its labels must be younger than the count. Raises TollgateError."""
        cluster, _, name = resource.id.partition("/")
        place = f"locations/{resource.zone or resource.region}"
        path = f"{place}/clusters/{cluster}/nodePools/{name}"
        groups = clients.container("GET", path, region=resource.region).get("instanceGroupUrls", [])
        links = [str(link).rpartition(f"projects/{clients.project}/")[2] for link in groups]
        views = [clients.compute("GET", link, region=resource.region) for link in links]
        count = sum(int(view.get("targetSize", 0)) for view in views)
        about = clients.container("GET", path, region=resource.region)
        return cls(clients, resource.region, place, path, about, count)

    @property
    def labels(self) -> dict[str, str]:
        """The labels that its machines get."""
        return dict(self.about.get("config", {}).get("resourceLabels", {}))

    tenants = labels

    @property
    def mark(self) -> str:
        """The label that names the latest scaling."""
        return self.labels.get(MARK, "")

    @property
    def zones(self) -> int:
        """In how many zones it is, with as many nodes in each."""
        return max(len(self.about.get("locations", [])), 1)

    @property
    def sizes(self) -> Sizes:
        """How large it is and may become, over all its zones."""
        scaling = self.about.get("autoscaling") or {}
        if not scaling.get("enabled"):
            return Sizes(minimum=self.count, maximum=self.count, desired=self.count)
        if "totalMaxNodeCount" in scaling:
            low, high = scaling.get("totalMinNodeCount", 0), scaling["totalMaxNodeCount"]
        else:
            low, high = scaling.get("minNodeCount", 0) * self.zones, scaling.get("maxNodeCount", 0) * self.zones
        return Sizes(minimum=low, maximum=high, desired=self.count)

    @property
    def machine(self) -> tuple[str, list[Json]]:
        """Its machine type and accelerators."""
        return self.about["config"].get("machineType", "e2-medium"), self.about["config"].get("accelerators", [])

    @property
    def standing(self) -> tuple[str, str]:
        """Google's word for its state, and the reason."""
        return str(self.about["status"]), str(self.about.get("statusMessage", ""))

    def apply(self, move: Move) -> None:
        """Label it, unless it has changed since it was read; then set its bounds, then its size.

        Raises Busy where the cluster is at something else.
        """
        wanted = move.target
        if wanted and wanted.desired % self.zones:
            raise Rejected(
                f"gcp: the pool lies in {self.zones} zones and has as many nodes in each; {wanted.desired} cannot be.",
                f"Ask for a multiple of {self.zones}.",
            )
        if move.mark:
            labels = {"labels": self.labels | {MARK: move.mark}}
            self._do("PUT", self.path, {"etag": self.about.get("etag", ""), "resourceLabels": labels})
        if wanted is None:
            return
        if (wanted.minimum, wanted.maximum) != (self.sizes.minimum, self.sizes.maximum):
            self._do("POST", f"{self.path}:setAutoscaling", {"autoscaling": self._bounds(wanted)})
        if wanted.desired != self.count:
            self._do("POST", f"{self.path}:setSize", {"nodeCount": wanted.desired // self.zones})

    def _bounds(self, wanted: Sizes) -> Json:
        if wanted.minimum == wanted.maximum:
            return {"enabled": False}
        words = ("totalMinNodeCount", "totalMaxNodeCount") if self.zones > 1 else ("minNodeCount", "maxNodeCount")
        return {"enabled": True, words[0]: wanted.minimum, words[1]: wanted.maximum}

    def _do(self, method: str, path: str, body: Json) -> None:
        try:
            operation = self.clients.container(method, path, body, region=self.region)
        except AlreadyExists as error:
            raise Busy(error.message) from error
        except Rejected as error:
            if _BUSY.search(error.message):
                raise Busy(error.message) from error
            raise
        self._wait(operation)

    def _wait(self, operation: Json) -> None:
        limit = deadline.wait(OPERATION_SECONDS)
        end, pause = time.monotonic() + limit, _POLL_SECONDS[0]
        while operation["status"] != "DONE":
            if time.monotonic() > end:
                raise OutcomeUnknown(f"gcp operation {operation['name']} was not done in {limit:.0f} s")
            time.sleep(pause)
            pause = min(pause * 1.6, _POLL_SECONDS[1])
            path = f"{self.place}/operations/{operation['name']}"
            with suppress(Throttled):
                operation = self.clients.container("GET", path, region=self.region)
        if problem := operation.get("error"):
            raise from_operation(problem)
