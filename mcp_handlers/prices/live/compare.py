"""A refreshed price file against the one in force: what was lost, and how far prices moved."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

from mcp_handlers.prices.catalog import Catalog
from workflow.model.errors import PricesRefused

ON_DEMAND, SPOT = 0, 1
Places = Mapping[tuple[str, str], int]
"""The lowest rate of each machine in each region, in microdollars an hour."""


@dataclass(frozen=True)
class Change:
    """What the new file changes. Shares are percent of the old file's; `moved` is the median's, up or down."""

    machines_before: int
    machines_after: int
    lost_machines: tuple[str, ...]
    new_machines: tuple[str, ...]
    lost_machines_pct: float
    lost_places_pct: float
    lost_spot_pct: float
    on_demand_moved_pct: float
    spot_moved_pct: float


def compare(before: Catalog, after: Catalog) -> Change:
    """The change from one file to the other."""
    old, new = _places(before, ON_DEMAND), _places(after, ON_DEMAND)
    old_spot, new_spot = _places(before, SPOT), _places(after, SPOT)
    lost = sorted(set(before.machines) - set(after.machines))
    return Change(
        machines_before=len(before.machines),
        machines_after=len(after.machines),
        lost_machines=tuple(lost),
        new_machines=tuple(sorted(set(after.machines) - set(before.machines))),
        lost_machines_pct=_share(len(lost), len(before.machines)),
        lost_places_pct=_share(len(old.keys() - new.keys()), len(old)),
        lost_spot_pct=_share(len(old_spot.keys() - new_spot.keys()), len(old_spot)),
        on_demand_moved_pct=_moved(old, new),
        spot_moved_pct=_moved(old_spot, new_spot),
    )


def judge(cloud: str, change: Change) -> None:
    """Raises PricesRefused, with every limit that is passed, where the change is larger than can be believed."""
    figures = ("lost_machines", "lost_places", "lost_spot", "on_demand_moved", "spot_moved")
    told = [(figure, float(getattr(change, f"{figure}_pct")), limit(cloud, figure)) for figure in figures]
    broken = [
        f"{figure.replace('_', ' ')} {pct:.1f} % (believed up to {most:g} %)"
        for figure, pct, most in told
        if abs(pct) > most
    ]
    if broken:
        named = ", ".join(change.lost_machines[:5])
        raise PricesRefused(
            f"the new prices for {cloud} are not like the old ones: {'; '.join(broken)}"
            + (f". Lost are {named} …" if named else "")
        )


def limit(cloud: str, figure: str) -> float:
    """The percentage that `limits.csv` gives for the cloud, or for every cloud."""
    known = _limits()
    return known[cloud, figure] if (cloud, figure) in known else known["*", figure]


@cache
def _limits() -> Mapping[tuple[str, str], float]:
    with Path(__file__).with_name("limits.csv").open(encoding="utf-8", newline="") as file:
        return {(row["cloud"], row["figure"]): float(row["limit_pct"]) for row in csv.DictReader(file)}


def _places(catalog: Catalog, purchase: int) -> Places:
    found: dict[tuple[str, str], int] = {}
    for number, machine in enumerate(catalog.machines):
        for row in range(catalog.first[2 * number + purchase], catalog.first[2 * number + purchase + 1]):
            region = catalog.regions[catalog.place_region[catalog.place[row]]]
            # A block is in order of its rates: the first in a region is the lowest.
            found.setdefault((machine, region), catalog.rate[row])
    return found


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _moved(old: Places, new: Places) -> float:
    both = old.keys() & new.keys()
    return 100 * (median(new[place] / old[place] for place in both) - 1) if both else 0.0
