"""What a price must be like to be offered. Every rule speaks of any cloud and any machine, and names none.

A rule that finds fault with one row stands in `row_fault`; those that compare rows are `duplicates`, the outliers, and
that of machines with local disks.
A price that is wrongly low is the dangerous one: it would win every comparison.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median

from mcp_handlers.prices.names import Names
from mcp_handlers.prices.rows import Rejection, Row

MAX_AGE_DAYS = 180
"""How much older than the newest price of all clouds a price may be. List prices move a few times a year."""
LOW, HIGH = 0.5, 3.0
"""How far below or above the median of its machine type over all regions a price may lie. In the snapshots of 2026 the
published prices span 0.52 (Italy, India) to 2.4 (southern Brazil); what lies outside is wrong."""
LOW_PER_GPU = 0.6
"""The same for a region's cheapest price of one GPU, where published prices span less: from 0.62."""
LOW_SPOT = 0.05
"""The least share of its on-demand price that a spot price may be. The deepest discount published is 91 %."""
LOW_GPU_SPOT = 0.35
"""How far below the median over regions a GPU machine's spot price may lie. Spot prices follow the market and span more
than list prices, so only about a third of the usual price is taken for a mistake."""

UNPRICED_DISKS = "disks-unpriced"


@dataclass(frozen=True)
class World:
    """What the rules judge by, beside the rows themselves."""

    regions: Collection[str]
    newest: date
    names: Names
    gpus: Collection[str]


def gate(rows: Iterable[Row], world: World) -> tuple[list[Row], list[Rejection]]:
    """The rows that may be offered, and all that was taken away and why."""
    sound, rejected = _sift(rows, lambda row: row_fault(row, world))
    sound, more = duplicates(sound)
    rejected += more
    sound, more = _sift(sound, _unpriced_disks(sound, world.names))
    rejected += more
    for fault in (_outlier, _gpu_outlier):
        sound, more = _sift(sound, fault(sound))
        rejected += more
    sound, more = spot_prices(sound)
    return sound, rejected + more


Fault = tuple[str, str]
"""A rule's code, and why."""


def row_fault(row: Row, world: World) -> Fault | None:
    """The first rule that the row breaks by itself."""
    return _place_fault(row, world) or _price_fault(row, world) or _gpu_fault(row, world)


def _place_fault(row: Row, world: World) -> Fault | None:
    if row.region not in world.regions:
        return ("unknown-region", f"{row.region!r} is in no list of regions, so its jurisdiction is unknown")
    if row.zone and not row.zone.startswith(row.region):
        return ("zone-elsewhere", f"zone {row.zone} does not lie in {row.region}")
    return None


def _price_fault(row: Row, world: World) -> Fault | None:
    if row.on_demand <= 0:
        return ("not-positive", f"an on-demand price of {row.on_demand} microdollars")
    age = (world.newest - row.observed).days
    if age > MAX_AGE_DAYS:
        return ("stale", f"seen {age} days before the newest price")
    return None


def _gpu_fault(row: Row, world: World) -> Fault | None:
    kind = world.names.accelerator(row.machine)
    if kind or (row.gpu and row.gpu not in world.gpus):
        return ("not-a-gpu", f"it carries {kind or row.gpu}, which is no GPU")
    if row.gpu_count % 1 or row.gpu_count < 0:
        return ("fractional-gpu", f"{row.gpu_count} of a {row.gpu or 'GPU'}")
    if bool(row.gpu) != (row.gpu_count > 0):
        return ("gpu-mismatch", f"{row.gpu_count} GPUs of type {row.gpu or 'unknown'}")
    if not row.gpu and world.names.has_gpus(row.machine):
        return ("gpu-unrecorded", "its name says that it has GPUs, and the row has none")
    return None


def duplicates(rows: Iterable[Row]) -> tuple[list[Row], list[Rejection]]:
    """One row per machine and place. Of rows that disagree, the dearer stays: too high a price harms nobody."""
    kept: dict[tuple[str, str, str], Row] = {}
    rejected: list[Rejection] = []
    for row in rows:
        other = kept.get(row.place)
        if other is None:
            kept[row.place] = row
            continue
        keep, drop = (row, other) if row.on_demand > other.on_demand else (other, row)
        kept[row.place] = keep
        same = replace(keep, line=drop.line) == drop
        rule, why = ("duplicate", "the same as") if same else ("conflicting-duplicate", "not dearer than")
        rejected.append(_rejection(drop, rule, f"{why} line {keep.line}"))
    return list(kept.values()), rejected


def _unpriced_disks(rows: list[Row], names: Names) -> Callable[[Row], Fault | None]:
    """Local disks cost something, so a machine that has them is dearer than its twin without. Where it is not, its list
    leaves them out, and is not believed either where there is no twin to compare with."""
    cheapest: dict[tuple[str, str], int] = {}
    for row in rows:
        place = (row.machine, row.region)
        cheapest[place] = min(row.on_demand, cheapest.get(place, row.on_demand))

    def as_twin(row: Row) -> bool:
        twin = cheapest.get((names.without_disks(row.machine), row.region))
        return twin is not None and row.on_demand <= twin

    elsewhere = {row.machine for row in rows if as_twin(row)}

    def fault(row: Row) -> Fault | None:
        twin = names.without_disks(row.machine)
        if as_twin(row):
            return (UNPRICED_DISKS, f"it has local disks, and is not dearer than {twin}")
        if row.machine in elsewhere and (twin, row.region) not in cheapest:
            return (UNPRICED_DISKS, f"it has local disks, and elsewhere is not dearer than {twin}")
        return None

    return fault


def _outlier(rows: list[Row]) -> Callable[[Row], Fault | None]:
    """Against the median of the machine type over its regions, each region counting once."""
    middle = _medians((row.machine, row.region, row.on_demand) for row in rows)

    def fault(row: Row) -> Fault | None:
        share = row.on_demand / middle[row.machine]
        if LOW <= share <= HIGH:
            return None
        return ("outlier", f"{share:.2f} of the type's median over regions, {middle[row.machine] / 1e6:g} USD")

    return fault


def _gpu_outlier(rows: list[Row]) -> Callable[[Row], Fault | None]:
    """Against the median over regions of what one GPU of this type costs where it is cheapest in the region."""
    middle = _medians((row.gpu, row.region, row.on_demand / int(row.gpu_count)) for row in rows if row.gpu)

    def fault(row: Row) -> Fault | None:
        if not row.gpu:
            return None
        share = row.on_demand / int(row.gpu_count) / middle[row.gpu]
        if share >= LOW_PER_GPU:
            return None
        return (
            "gpu-outlier",
            f"{share:.2f} of what a {row.gpu} costs in the median region, {middle[row.gpu] / 1e6:g} USD",
        )

    return fault


def _medians(prices: Iterable[tuple[str, str, float]]) -> dict[str, float]:
    """The median over regions of each thing's lowest price in the region."""
    cheapest: dict[str, dict[str, float]] = defaultdict(dict)
    for thing, region, price in prices:
        mine = cheapest[thing]
        mine[region] = min(price, mine.get(region, price))
    return {thing: median(by_region.values()) for thing, by_region in cheapest.items()}


def spot_prices(rows: Sequence[Row]) -> tuple[list[Row], list[Rejection]]:
    """Take away the spot prices that cannot be; the on-demand price stays."""
    middle = _medians((row.machine, row.region, row.spot) for row in rows if row.spot is not None and row.gpu)
    kept: list[Row] = []
    rejected: list[Rejection] = []
    for row in rows:
        fault = _spot_fault(row, middle.get(row.machine, 0))
        kept.append(row if fault is None else replace(row, spot=None))
        if fault is not None:
            rejected.append(replace(_rejection(row, *fault), spot_only=True))
    return kept, rejected


def _spot_fault(row: Row, middle: float) -> Fault | None:
    if row.spot is None:
        return None
    if row.spot <= 0:
        return ("spot-not-positive", f"a spot price of {row.spot} microdollars")
    if row.spot > row.on_demand:
        return ("spot-above-on-demand", f"{row.spot / row.on_demand:.2f} times the on-demand price")
    if row.spot < LOW_SPOT * row.on_demand:
        return ("spot-outlier", f"{row.spot / row.on_demand:.3f} of the on-demand price")
    if row.spot < LOW_GPU_SPOT * middle:
        return ("spot-outlier", f"{row.spot / middle:.2f} of the GPU machine's median spot price over regions")
    return None


def _sift(rows: Iterable[Row], fault: Callable[[Row], Fault | None]) -> tuple[list[Row], list[Rejection]]:
    kept: list[Row] = []
    rejected: list[Rejection] = []
    for row in rows:
        found = fault(row)
        if found is None:
            kept.append(row)
        else:
            rejected.append(_rejection(row, *found))
    return kept, rejected


def _rejection(row: Row, rule: str, why: str) -> Rejection:
    return Rejection(row.line, row.machine, row.region, row.zone, rule, why)
