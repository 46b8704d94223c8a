"""What places and services cost beside machines: storage, egress, and the fee of managed training.

The figures stand in `data/rates.csv`, each with its source; `docs/prices.md` explains them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, get_args

from workflow.model.errors import BadRequest

Kind = Literal["egress_gib", "egress_region_gib", "object_gib_month", "disk_gib_month", "managed_fee_pct"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Rate:
    """One published or estimated rate. `scope` is a pattern: of regions, or of machines for the managed fee.

    `amount` is US dollars per unit, or percent. `basis` is `list` as published by `source`, or `estimate`.
    """

    cloud: str
    kind: str
    scope: str
    amount: Decimal
    basis: str
    observed: str
    source: str

    @property
    def stamp(self) -> str:
        """How and when it was seen, in an Offer's terms."""
        return f"{'list' if self.basis == 'list' else 'derived'} {self.observed}"


@dataclass(frozen=True)
class Rates:
    """One cloud's rates, in the file's order: the first whose scope fits is the one."""

    cloud: str
    all: tuple[Rate, ...]

    def of(self, kind: Kind, scope: str) -> Rate:
        """The rate of `kind` for a region (or machine). Raises BadRequest where the file has none."""
        for rate in self.all:
            if rate.kind == kind and fnmatchcase(scope, rate.scope):
                return rate
        raise BadRequest(f"rates.csv has no {kind} for {self.cloud}/{scope}", "Add a line with scope * for the cloud.")


def load(path: Path, cloud: str) -> Rates:
    """The rates of `cloud` from a rates file."""
    with path.open(encoding="utf-8", newline="") as file:
        return Rates(cloud, tuple(_rate(line) for line in csv.DictReader(file) if line["cloud"] == cloud))


def _rate(line: dict[str, str]) -> Rate:
    return Rate(
        cloud=line["cloud"],
        kind=line["kind"],
        scope=line["scope"],
        amount=Decimal(line["amount"]),
        basis=line["basis"],
        observed=line["observed"],
        source=line["source"],
    )
