"""What a cloud sells: one machine (or bucket, or disk) in one place at one price, seen at one time."""

from __future__ import annotations

from datetime import date
from typing import Literal

from workflow.model.base import Cloud, Noun, Purchase


class Offer(Noun):
    """A priced possibility. All rates are microdollars.

    `zone` is empty where the price holds for the whole region. `basis` says how the price is known: `list` as
    published; `regional-factor` and `derived` are estimates, and `estimate` is then true. `interruption_pct` is the
    published chance that a spot machine is taken back within a month, upper end of its band, None if unpublished.
    `compute_micros_hour` is per machine. `disk_micros_gib_month`, `object_micros_gib_month` and `egress_micros_gib` are
    this region's rates; `fee_pct` is what the managed training service adds to the machine's price.
    """

    cloud: Cloud
    region: str
    zone: str = ""
    sells: Literal["machine", "bucket", "disk"] = "machine"
    machine: str = ""
    family: str = ""
    vcpus: int = 0
    memory_gib: float = 0
    gpu: str | None = None
    gpu_count: int = 0
    arch: Literal["x86_64", "arm64", ""] = ""
    purchase: Purchase = "on_demand"
    compute_micros_hour: int = 0
    disk_micros_gib_month: int = 0
    object_micros_gib_month: int = 0
    egress_micros_gib: int = 0
    fee_pct: int = 0
    interruption_pct: int | None = None
    jurisdictions: tuple[str, ...]
    observed: date
    basis: Literal["list", "regional-factor", "derived"]
    snapshot: str
    """Digest of the price file that the offer was read from."""

    @property
    def estimate(self) -> bool:
        """True where the price is reckoned and not published as such."""
        return self.basis != "list"

    @property
    def place(self) -> str:
        """`aws/eu-west-1` or `gcp/europe-west4/europe-west4-b`."""
        return "/".join(part for part in (self.cloud, self.region, self.zone) if part)


class Exclusion(Noun):
    """A place that a run will not try again, and why. Empty fields match anything."""

    cloud: Cloud
    region: str = ""
    zone: str = ""
    machine: str = ""
    purchase: str = ""
    reason: str

    def covers(self, offer: Offer) -> bool:
        """True where `offer` lies in the excluded place."""
        pairs = (
            (self.cloud, offer.cloud), (self.region, offer.region), (self.zone, offer.zone),
            (self.machine, offer.machine), (self.purchase, offer.purchase),
        )  # fmt: skip
        return all(not mine or mine == theirs for mine, theirs in pairs)
