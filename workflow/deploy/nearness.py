"""Which regions answer soon enough: round trips estimated from great-circle distance. Pure but for two files.

Measured round trips between ten cities of one provider's backbone (IBM Cloud VPC, "Network latency", 17 August to
15 September 2024; kept in tests/data/round-trips.csv) are 15.6 ms per 1,000 km in the median of 45 pairs, and 2 ms
between data centres of one city. Half of the estimates are within 12 % of the measured value, nine tenths within 37 %.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from workflow.model.workload import Workload

MS_PER_KM = 0.0156
MS_IN_TOWN = 2.0
SLO_MS = 100.0
"""The round trip looked for where people are near a place and no limit is given: what feels immediate
(J. Nielsen, Usability Engineering, 1993)."""
FEW = 6
"""Regions that are asked where none is within the limit: about two of each cloud."""
EARTH_KM = 6371.0


class Spot(NamedTuple):
    """A point on the earth, in degrees."""

    lat: float
    lon: float


class Site(NamedTuple):
    """A region that clouds sell, and the jurisdictions it lies in."""

    cloud: str
    region: str
    jurisdictions: frozenset[str]
    spot: Spot


@cache
def sites() -> tuple[Site, ...]:
    """Every region of every cloud, as the price files know them."""
    text = (files("mcp_handlers.prices") / "data" / "regions.csv").read_text(encoding="utf-8")
    return tuple(
        Site(
            row["cloud"],
            row["region"],
            frozenset(row["jurisdictions"].split("|")),
            Spot(float(row["lat"]), float(row["lon"])),
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def towns() -> dict[str, Spot]:
    """Where the places that requests name lie; a country by its largest centre of users."""
    text = (files("workflow.deploy") / "data" / "places.csv").read_text(encoding="utf-8")
    return {row["name"]: Spot(float(row["lat"]), float(row["lon"])) for row in csv.DictReader(text.splitlines())}


def distance_km(one: Spot, other: Spot) -> float:
    """Along the great circle."""
    south, north = radians(one.lat), radians(other.lat)
    east = radians(other.lon - one.lon)
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))


def round_trip_ms(one: Spot, other: Spot) -> float:
    """The estimate, of the network alone."""
    return MS_IN_TOWN + MS_PER_KM * distance_km(one, other)


class Choice(NamedTuple):
    """The regions to ask, none where all may be asked. `nearest_ms` is the estimate for the best of them, from people
    at `near`; `limit_ms` what was looked for. Both are None where no people are known of."""

    regions: tuple[str, ...]
    nearest_ms: float | None = None
    limit_ms: float | None = None


def choose_regions(work: Workload) -> Choice:
    """Regions demanded by name stand. Otherwise those are left that are not ruled out, satisfy the residency and, for
    work that answers people, are within the limit of them; where none is, the nearest few."""
    if work.regions:
        return Choice(work.regions)
    allowed = [site for site in sites() if _allowed(site, work)]
    home = towns().get(work.near or "")
    if home is None or work.kind not in ("serving", "service") or not allowed:
        return Choice(_names(allowed) if work.excluded_regions else ())
    limit = work.max_latency_ms or SLO_MS
    trips = sorted((round_trip_ms(home, site.spot), site.region, site) for site in allowed)
    near = [site for trip, _, site in trips if trip <= limit] or [site for _, _, site in trips[:FEW]]
    return Choice(_names(near), round(trips[0][0], 1), limit)


def _allowed(site: Site, work: Workload) -> bool:
    return (
        site.region not in work.excluded_regions
        and (not work.clouds or site.cloud in work.clouds)
        and (not work.residency or bool(site.jurisdictions & set(work.residency)))
    )


def _names(chosen: list[Site]) -> tuple[str, ...]:
    return tuple(sorted({site.region for site in chosen}))
