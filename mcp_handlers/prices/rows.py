"""A snapshot's lines, read: numbers as numbers, money in microdollars. What cannot be read is a Rejection."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from mcp_handlers.prices.layout import ARCHES
from workflow.model.money import micros_from_usd

BASES = ("list", "regional-factor", "derived")


@dataclass(frozen=True)
class Row:
    """One line of a snapshot. Prices are microdollars per machine-hour; `spot` is None where it is not known.

    `gpu_count` stays as it was written: whether it is a sound number of GPUs is for the gates to say.
    """

    line: int
    machine: str
    vcpus: int
    memory_gib: float
    gpu: str
    gpu_count: Decimal
    arch: str
    region: str
    zone: str
    on_demand: int
    spot: int | None
    observed: date
    basis: str

    @property
    def place(self) -> tuple[str, str, str]:
        """What may have only one price."""
        return (self.machine, self.region, self.zone)


@dataclass(frozen=True)
class Rejection:
    """What a gate took away: a whole row, or (`spot_only`) its spot price. `why` is for the reader of the report."""

    line: int
    machine: str
    region: str
    zone: str
    rule: str
    why: str
    spot_only: bool = False


def lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a gzipped CSV with a header, numbered as an editor shows them."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from enumerate(csv.DictReader(file), start=2)


def read(numbered: Iterable[tuple[int, dict[str, str]]]) -> tuple[list[Row], list[Rejection]]:
    """Every line as a Row, or as a Rejection that says what could not be read."""
    rows: list[Row] = []
    rejected: list[Rejection] = []
    for line, raw in numbered:
        try:
            rows.append(_row(line, raw))
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            where = [str(raw.get(column) or "") for column in ("instance_type", "region", "zone")]
            rejected.append(Rejection(line, where[0], where[1], where[2], "unreadable", str(problem)))
    return _name_attached(rows), rejected


def _name_attached(rows: list[Row]) -> list[Row]:
    """Give a machine sold with several GPU sets a name per set: n1-standard-4 with two T4 is n1-standard-4.2xT4.

    GCP attaches GPUs to N1 machines, and its snapshot lists all of them under the bare name, which here stays with the
    bare machine.
    """
    sets: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        sets[row.machine].add(row.gpu)
    return [
        replace(row, machine=f"{row.machine}.{row.gpu_count}x{row.gpu}") if row.gpu and "" in sets[row.machine] else row
        for row in rows
    ]


def _row(line: int, raw: dict[str, str]) -> Row:
    vcpus, memory = _number(raw, "vcpus"), _number(raw, "memory_gib")
    if vcpus <= 0 or vcpus % 1 or memory <= 0:
        raise ValueError(f"{vcpus} vCPUs and {memory} GiB are no machine's size")
    if raw["arch"] not in ARCHES or raw["basis"] not in BASES or not raw["instance_type"]:
        raise ValueError("the machine, its arch or the basis of its price is missing or unknown")
    return Row(
        line=line,
        machine=raw["instance_type"],
        vcpus=int(vcpus),
        memory_gib=float(memory),
        gpu=raw["gpu"],
        gpu_count=_number(raw, "gpu_count"),
        arch=raw["arch"],
        region=raw["region"],
        zone=raw["zone"],
        on_demand=micros_from_usd(_number(raw, "on_demand_usd_h")),
        spot=micros_from_usd(_number(raw, "spot_usd_h")) if raw["spot_usd_h"] else None,
        observed=date.fromisoformat(raw["observed"]),
        basis=raw["basis"],
    )


def _number(raw: dict[str, str], column: str) -> Decimal:
    try:
        number = Decimal(raw[column])
    except InvalidOperation:
        raise ValueError(f"{column} is {raw[column]!r}, which is no number") from None
    if not number.is_finite():
        raise ValueError(f"{column} is {raw[column]!r}, which is no amount")
    return number
