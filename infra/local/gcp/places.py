"""Where the local GCP is, and which machine types it has there.

`machine_types.csv.gz` holds Google's predefined machine types (and, as rows without vCPUs, the accelerators that
N1 machines may be given) with the zones that sell them: `region:letters`, joined by `|`. Taken from the
price snapshot of May 2026.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

_FILE = Path(__file__).with_name("machine_types.csv.gz")


@dataclass(frozen=True)
class Hardware:
    """A machine type, or an accelerator. Memory in MiB; `gpu` in the price file's names."""

    name: str
    vcpus: int
    memory_mib: int
    gpu: str
    gpu_count: int
    zones: frozenset[str]


@cache
def hardware() -> dict[str, Hardware]:
    """Everything on sale, by name."""
    with gzip.open(_FILE, "rt", encoding="utf-8", newline="") as file:
        return {row["name"]: _hardware(row) for row in csv.DictReader(file)}


def _hardware(row: dict[str, str]) -> Hardware:
    places = [place.split(":") for place in row["zones"].split("|")]
    zones = frozenset(f"{region}-{letter}" for region, letters in places for letter in letters)
    gpus = int(row["gpu_count"])
    return Hardware(row["name"], int(row["vcpus"]), int(row["memory_mib"]), row["gpu"], gpus, zones)


@cache
def zones() -> tuple[str, ...]:
    """All zones, in order of name."""
    return tuple(sorted(set().union(*(item.zones for item in hardware().values()))))


@cache
def regions() -> dict[str, tuple[str, ...]]:
    """The zones of each region."""
    found: dict[str, list[str]] = {}
    for zone in zones():
        found.setdefault(region_of(zone), []).append(zone)
    return {region: tuple(names) for region, names in found.items()}


def region_of(zone: str) -> str:
    """`europe-west4` for `europe-west4-b`."""
    return zone.rpartition("-")[0]


def region_in(segments: tuple[str, ...]) -> str:
    """The region that a path names, by itself or through a zone; empty where it names none."""
    for word, name in pairwise(segments):
        if word in ("regions", "locations") and name not in ("global", "-"):
            return name
        if word == "zones":
            return region_of(name)
    return ""
