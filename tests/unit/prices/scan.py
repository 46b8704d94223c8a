"""A plain reading of the raw snapshots and a scan over every line: slow, and written without the code under test.

From the build it takes one thing, the report: which lines were rejected, and which lost their spot price.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from pathlib import Path

from mcp_handlers.prices.build import Report
from mcp_handlers.tools.get_cost_estimate import Input

DATA = Path(__file__).parents[3] / "mcp_handlers" / "prices" / "data"
UPPER_END = {"0": 5, "1": 10, "2": 15, "3": 20, "4": 25}
MONTH = 730


@dataclass(frozen=True)
class Line:
    """A line of a snapshot for one purchase. `micros` is microdollars per hour."""

    machine: str
    vcpus: int
    memory: Decimal
    gpu: str
    gpus: int
    arch: str
    region: str
    zone: str
    purchase: str
    micros: int
    interruption: int


@dataclass(frozen=True)
class World:
    """One cloud's lines, jurisdictions by region, and rates as (kind, scope, amount) in order."""

    cloud: str
    lines: list[Line]
    law: dict[str, set[str]]
    rates: list[tuple[str, str, Decimal]]
    fees: dict[str, int]

    def rate(self, kind: str, scope: str) -> Decimal:
        return next(amount for k, pattern, amount in self.rates if k == kind and fnmatchcase(scope, pattern))


def world(report: Report) -> World:
    cloud = report.cloud
    whole = {each.line for each in report.rejected if not each.spot_only}
    spotless = {each.line for each in report.rejected if each.spot_only}
    advisor = _advisor(cloud)
    kept = [(number, raw) for number, raw in enumerate(_table(f"{cloud}.csv.gz"), start=2) if number not in whole]
    bare = {raw["instance_type"] for _, raw in kept if not raw["gpu"]}
    lines = []
    for number, raw in kept:
        attached = raw["gpu"] and raw["instance_type"] in bare
        machine = raw["instance_type"] + (f".{raw['gpu_count']}x{raw['gpu']}" if attached else "")
        for purchase, column in (("on_demand", "on_demand_usd_h"), ("spot", "spot_usd_h")):
            if not raw[column] or (purchase == "spot" and number in spotless):
                continue
            lines.append(
                Line(
                    machine,
                    int(raw["vcpus"]),
                    Decimal(raw["memory_gib"]),
                    raw["gpu"],
                    int(raw["gpu_count"]),
                    raw["arch"],
                    raw["region"],
                    raw["zone"],
                    purchase,
                    int(Decimal(raw[column]) * 1_000_000),
                    advisor.get((raw["region"], raw["instance_type"]), 25),
                )
            )
    law = {
        raw["region"]: set(raw["jurisdictions"].split("|")) for raw in _table("regions.csv") if raw["cloud"] == cloud
    }
    rates = [
        (raw["kind"], raw["scope"], Decimal(raw["amount"])) for raw in _table("rates.csv") if raw["cloud"] == cloud
    ]
    unpriced = World(cloud, lines, law, rates, {})
    fees = {machine: int(unpriced.rate("managed_fee_pct", machine)) for machine in {line.machine for line in lines}}
    return replace(unpriced, fees=fees)


def least(world: World, wanted: Input) -> tuple[dict[tuple[str, ...], int], int]:
    """The least cost of each region and purchase (and machine), and how many lines fit."""
    found: dict[tuple[str, ...], int] = defaultdict(lambda: 10**30)
    matched = 0
    hours = Fraction(str(wanted.hours))
    machine_hours = hours * wanted.nodes
    lost = (Fraction(min(hours, 4)) / 2 + Fraction(1, 4)) / MONTH / 100
    places = {region: _place(world, region, wanted, hours) for region in world.law}
    allowed = {region for region, law in world.law.items() if _may(region, law, wanted)}
    for line in world.lines:
        if (
            line.region not in allowed
            or not _fits(line, wanted)
            or any(_covers(world, line, x) for x in wanted.exclude)
        ):
            continue
        matched += 1
        compute = _up(line.micros * machine_hours.numerator, machine_hours.denominator)
        paid = compute + (_up(compute * world.fees[line.machine], 100) if wanted.managed else 0)
        rework = _up(paid * line.interruption * lost.numerator, lost.denominator) if line.purchase == "spot" else 0
        group = (line.region, line.purchase) + ((line.machine,) if wanted.each == "machine" else ())
        found[group] = min(found[group], paid + rework + places[line.region])
    return dict(found), matched


def _up(top: int, bottom: int) -> int:
    return -(-top // bottom)


def _may(region: str, law: set[str], wanted: Input) -> bool:
    if wanted.regions and region not in wanted.regions:
        return False
    return not wanted.jurisdictions or bool(law & set(wanted.jurisdictions))


def _fits(line: Line, wanted: Input) -> bool:
    if line.vcpus < wanted.vcpus or line.memory < wanted.memory_gib or line.gpus < wanted.gpu_count:
        return False
    if wanted.gpu and not (line.gpu == wanted.gpu or (wanted.gpu == "A100" and line.gpu == "A100-80GB")):
        return False
    if wanted.arch not in ("any", line.arch) or wanted.purchase not in ("any", line.purchase):
        return False
    return not wanted.machine or line.machine == wanted.machine


def _covers(world: World, line: Line, exclusion: object) -> bool:
    mine = [getattr(exclusion, name) for name in ("cloud", "region", "zone", "machine", "purchase")]
    theirs = [world.cloud, line.region, line.zone, line.machine, line.purchase]
    return all(a in ("", b) for a, b in zip(mine, theirs, strict=True))


def _place(world: World, region: str, wanted: Input, hours: Fraction) -> int:
    disk = Fraction(world.rate("disk_gib_month", region)) * 1_000_000
    egress = Fraction(world.rate("egress_gib", region)) * 1_000_000
    storage = disk * Fraction(str(wanted.storage_gib)) * wanted.nodes * hours / MONTH
    sent = egress * Fraction(str(wanted.egress_gib))
    return _up(storage.numerator, storage.denominator) + _up(sent.numerator, sent.denominator)


def _advisor(cloud: str) -> dict[tuple[str, str], int]:
    name = f"{cloud}-spot-advisor.csv.gz"
    if not (DATA / name).exists():
        return {}
    return {(raw["region"], raw["instance_type"]): UPPER_END[raw["interruption_bucket"]] for raw in _table(name)}


def _table(name: str) -> list[dict[str, str]]:
    content = (DATA / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode()
    return list(csv.DictReader(io.StringIO(text)))
