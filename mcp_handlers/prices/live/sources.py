"""Which source prices which cloud, at which address, how fast."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from mcp_handlers.prices import names
from mcp_handlers.prices.live import aws_api, azure, gcp
from mcp_handlers.prices.live.aws import Aws
from mcp_handlers.prices.live.compare import limit
from mcp_handlers.prices.live.folder import Folder
from mcp_handlers.prices.live.pace import Bucket, Pace, Sleep, Waiting
from mcp_handlers.prices.live.source import Source
from mcp_handlers.prices.live.web import Web
from workflow.model.errors import NoPermission, NotFound
from workflow.model.ports import Clock

CLOUDS = ("aws", "azure", "gcp")
AZURE_URL, GCP_URL, GCP_KEY = "TOLLGATE_AZURE_PRICES_URL", "TOLLGATE_GCP_PRICES_URL", "TOLLGATE_GCP_PRICES_KEY"


@dataclass(frozen=True)
class Sources:
    """What every source is made with. `environ` tells addresses and the key; AWS's SDK reads its own.
    `tell` hears of what is waited out."""

    folder: Folder
    clock: Clock
    environ: Mapping[str, str] = field(repr=False)
    tell: Waiting
    sleep: Sleep = time.sleep

    def of(self, cloud: str) -> Source:
        """The cloud's source. Raises NotFound for an unknown cloud, NoPermission for want of a key."""
        make = {"aws": self._aws, "azure": self._azure, "gcp": self._gcp}.get(cloud)
        if make is None:
            raise NotFound(f"there are no live prices for cloud {cloud!r}", "Name one of: " + ", ".join(CLOUDS))
        return make()

    def _pace(self, capacity: float, per_second: float) -> Pace:
        return Pace(Bucket(capacity, per_second, self.clock, self.sleep), self.tell)

    def _aws(self) -> Source:
        api = aws_api.Api(self._pace(aws_api.CAPACITY, aws_api.PER_SECOND), self.clock)
        return Aws(api, self.folder.regions("aws"), names.load("aws"))

    def _azure(self) -> Source:
        web = Web(self.environ.get(AZURE_URL) or azure.ADDRESS, self._pace(azure.CAPACITY, azure.PER_SECOND))
        return azure.Azure(web, self.folder.regions("azure"), self.clock)

    def _gcp(self) -> Source:
        key = self.environ.get(GCP_KEY)
        if not key:
            raise NoPermission("Google Cloud's billing catalog takes an API key", f"Set {GCP_KEY} to one.")
        base = (self.environ.get(GCP_URL) or gcp.ADDRESS).rstrip("/") + gcp.PATH
        web = Web(base, self._pace(gcp.CAPACITY, gcp.PER_SECOND), {gcp.KEY_HEADER: key})
        return gcp.Gcp(web, limit("gcp", "composed_differs") / 100)
