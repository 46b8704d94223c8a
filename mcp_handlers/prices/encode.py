"""Sound rows into the bytes of a price file. The same rows always give the same bytes."""

from __future__ import annotations

import hashlib
import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mcp_handlers.prices import layout
from mcp_handlers.prices.rows import Row

Column = Sequence[float] | Sequence[str]


@dataclass(frozen=True)
class Region:
    """A region with its jurisdictions and its rates, in microdollars per GiB (a month, for disk and object).

    `stamp` is how and when the object rate was seen.
    """

    name: str
    jurisdictions: tuple[str, ...]
    disk: int
    object: int
    egress: int
    stamp: str


@dataclass(frozen=True)
class MachineType:
    """What is sold: a machine's size, family, and what managed training adds to its price, in percent."""

    name: str
    vcpus: int
    memory_gib: float
    gpu: str
    gpu_count: int
    arch: str
    family: str
    fee_pct: int


@dataclass(frozen=True, order=True)
class Price:
    """One rate of one machine in one place. `interruption_pct` is `layout.UNPUBLISHED` where there is none."""

    rate: int
    region: str
    zone: str
    stamp: str
    interruption_pct: int


Blocks = Mapping[tuple[str, str], Sequence[Price]]
"""The prices of each machine name and purchase."""


def prices(rows: Iterable[Row], interruptions: Mapping[tuple[str, str], int]) -> Blocks:
    """Each row's one or two prices. A spot price reckoned from a region's list price is `derived` at best."""
    blocks: dict[tuple[str, str], list[Price]] = defaultdict(list)
    reckoned = bool(interruptions)
    for row in rows:
        stamp = f"{row.basis} {row.observed}"
        blocks[row.machine, "on_demand"].append(Price(row.on_demand, row.region, row.zone, stamp, layout.UNPUBLISHED))
        if row.spot is None:
            continue
        basis = "derived" if reckoned and row.basis == "list" and not row.zone else row.basis
        interruption = interruptions.get((row.region, row.machine), layout.UNPUBLISHED)
        blocks[row.machine, "spot"].append(
            Price(row.spot, row.region, row.zone, f"{basis} {row.observed}", interruption)
        )
    return {key: sorted(block) for key, block in blocks.items()}


def encode(machines: Sequence[MachineType], regions: Sequence[Region], blocks: Blocks) -> bytes:
    """The whole file. Raises struct.error where a number does not fit its column."""
    machines = sorted(machines, key=lambda machine: machine.name)
    regions = sorted(regions, key=lambda region: region.name)
    columns = _machine_columns(machines) | _region_columns(regions) | _row_columns(machines, regions, blocks)
    return _pack({name: columns[name] for name in layout.SECTIONS})


def _machine_columns(machines: Sequence[MachineType]) -> dict[str, Column]:
    families = sorted({machine.family for machine in machines})
    gpus = sorted({machine.gpu for machine in machines} | {""})
    return {
        "machines": [machine.name for machine in machines],
        "families": families,
        "gpus": gpus,
        "machine_vcpus": [machine.vcpus for machine in machines],
        "machine_memory": [machine.memory_gib for machine in machines],
        "machine_gpu": [gpus.index(machine.gpu) for machine in machines],
        "machine_gpus": [machine.gpu_count for machine in machines],
        "machine_arch": [layout.ARCHES.index(machine.arch) for machine in machines],
        "machine_family": [families.index(machine.family) for machine in machines],
        "machine_fee": [machine.fee_pct for machine in machines],
    }


def _region_columns(regions: Sequence[Region]) -> dict[str, Column]:
    return {
        "regions": [region.name for region in regions],
        "jurisdictions": ["|".join(region.jurisdictions) for region in regions],
        "region_disk": [region.disk for region in regions],
        "region_object": [region.object for region in regions],
        "region_egress": [region.egress for region in regions],
    }


def _row_columns(machines: Sequence[MachineType], regions: Sequence[Region], blocks: Blocks) -> dict[str, Column]:
    ordered = [blocks.get((machine.name, purchase), ()) for machine in machines for purchase in layout.PURCHASES]
    rows = [price for block in ordered for price in block]
    places = sorted({(price.region, price.zone) for price in rows})
    stamps = sorted({price.stamp for price in rows} | {region.stamp for region in regions})
    place_number = {place: number for number, place in enumerate(places)}
    stamp_number = {stamp: number for number, stamp in enumerate(stamps)}
    region_number = {region.name: number for number, region in enumerate(regions)}
    first = [0]
    for block in ordered:
        first.append(first[-1] + len(block))
    return {
        "zones": [zone for _, zone in places],
        "stamps": stamps,
        "block_first": first,
        "row_rate": [price.rate for price in rows],
        "row_place": [place_number[price.region, price.zone] for price in rows],
        "row_stamp": [stamp_number[price.stamp] for price in rows],
        "row_interruption": [price.interruption_pct for price in rows],
        "region_stamp": [stamp_number[region.stamp] for region in regions],
        "place_region": [region_number[region] for region, _ in places],
        "order_on_demand": _order(ordered[0::2]),
        "order_spot": _order(ordered[1::2]),
    }


def _order(blocks: Sequence[Sequence[Price]]) -> list[int]:
    """The numbers of the machines that have a price here, the cheapest first."""
    return sorted((number for number, block in enumerate(blocks) if block), key=lambda number: blocks[number][0].rate)


def _pack(columns: Mapping[str, Column]) -> bytes:
    start = struct.calcsize(layout.HEADER) + len(columns) * struct.calcsize(layout.SECTION)
    table, body = b"", b""
    for name, column in columns.items():
        kind = layout.SECTIONS[name]
        content = _content(kind, column)
        body += b"\0" * (-(start + len(body)) % layout.ALIGNMENT)
        table += struct.pack(layout.SECTION, name.encode(), kind.encode(), start + len(body), len(content))
        body += content
    digest = hashlib.sha256(table + body).digest()
    return struct.pack(layout.HEADER, layout.MAGIC, layout.VERSION, len(columns), digest) + table + body


def _content(kind: str, column: Column) -> bytes:
    if kind == layout.TEXT:
        return "\n".join(str(line) for line in column).encode()
    return struct.pack(f"<{len(column)}{kind}", *column)
