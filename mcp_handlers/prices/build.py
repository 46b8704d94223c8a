"""The snapshots in `data/` into one price file per cloud, with a report of what the gates took away."""

from __future__ import annotations

import csv
import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mcp_handlers.prices import layout, names, rates
from mcp_handlers.prices.encode import MachineType, Region, encode, prices
from mcp_handlers.prices.gates import UNPRICED_DISKS, World, gate
from mcp_handlers.prices.names import DATA, Names
from mcp_handlers.prices.rates import Rates
from mcp_handlers.prices.rows import Rejection, Row, lines, read
from workflow.model.errors import BadRequest
from workflow.model.money import micros_from_usd

CLOUDS = Path(__file__).parent.parent
OFFERS = "offers.bin"
LARGEST_SHARE = 0.05
"""More rejected rows than this share of a file, and the file itself is wrong: nothing is built from it."""
ADVISOR_PCT = {"0": 5, "1": 10, "2": 15, "3": 20, "4": 25}
"""The upper end of each published band of monthly interruptions. The last one, "> 20 %", is open: it is taken to be as
wide as the others."""


@dataclass(frozen=True)
class Report:
    """What became of one cloud's snapshot."""

    cloud: str
    read: int
    kept: int
    machines: int
    prices: int
    size: int
    snapshot: str
    rejected: tuple[Rejection, ...]

    @property
    def by_rule(self) -> dict[str, int]:
        """How often each rule struck, in order of name."""
        return dict(sorted(Counter(rejection.rule for rejection in self.rejected).items()))


def sources(data: Path = DATA) -> tuple[str, ...]:
    """The clouds that have both a snapshot and a folder, in order of name."""
    snapshots = sorted(path.name.removesuffix(".csv.gz") for path in data.glob("*.csv.gz"))
    return tuple(name for name in snapshots if (CLOUDS / name).is_dir())


def gated(cloud: str, data: Path = DATA) -> tuple[int, list[Row], list[Rejection]]:
    """How many rows one cloud's snapshot has, those that pass the gates, and what was taken away."""
    rows, rejected = read(lines(data / f"{cloud}.csv.gz"))
    total = len(rows) + len(rejected)
    regions = {region.name for region in _regions(data, cloud)}
    kept, more = gate(rows, World(regions, _newest(data), names.load(cloud), _gpus(data)))
    return total, kept, rejected + more


def build(cloud: str, data: Path = DATA) -> tuple[bytes, Report]:
    """One cloud's price file and the report on it.

    Raises BadRequest where the gates take more than `LARGEST_SHARE` of the rows.
    """
    total, kept, rejected = gated(cloud, data)
    naming, regions = names.load(cloud), _regions(data, cloud)
    _refuse_if_many(cloud, total, rejected)
    blocks = prices(kept, _interruptions(data, cloud))
    machines = _machines(kept, naming, rates.load(data / "rates.csv", cloud))
    content = encode(machines, regions, blocks)
    count = sum(len(block) for block in blocks.values())
    snapshot = struct.unpack_from(layout.HEADER, content)[3].hex()
    return content, Report(cloud, total, len(kept), len(machines), count, len(content), snapshot, tuple(rejected))


def build_all(target: Path = CLOUDS, data: Path = DATA) -> tuple[Report, ...]:
    """Write `<target>/<cloud>/offers.bin` for every cloud; nothing is written unless all can be built."""
    built = [build(cloud, data) for cloud in sources(data)]
    for content, report in built:
        folder = target / report.cloud
        folder.mkdir(parents=True, exist_ok=True)
        (folder / OFFERS).write_bytes(content)
    return tuple(report for _, report in built)


def table(reports: Sequence[Report]) -> str:
    """The reports for people: per cloud the counts, and how often each rule struck."""
    out = []
    for report in reports:
        out.append(
            f"{report.cloud}: {report.kept} of {report.read} rows kept, {report.machines} machines,"
            f" {report.prices} prices, {report.size} bytes, snapshot {report.snapshot[:12]}"
        )
        out += [f"  {rule:<22}{count:>7}" for rule, count in report.by_rule.items()]
    return "\n".join(out)


def _refuse_if_many(cloud: str, total: int, rejected: Sequence[Rejection]) -> None:
    """A list that leaves local disks out does so for whole series at once, and is right in all the rest."""
    whole = [rejection for rejection in rejected if not rejection.spot_only and rejection.rule != UNPRICED_DISKS]
    if len(whole) > LARGEST_SHARE * total:
        common = ", ".join(f"{rule} {n}" for rule, n in Counter(r.rule for r in whole).most_common(3))
        raise BadRequest(
            f"{len(whole)} of the {total} rows for {cloud} were rejected ({common})",
            "The snapshot is wrong or of another shape: get it again. The price file was left as it is.",
        )


def _machines(rows: Sequence[Row], naming: Names, charges: Rates) -> list[MachineType]:
    first = {row.machine: row for row in reversed(rows)}
    found = []
    for row in first.values():
        family = naming.family(row.machine)
        fee = int(charges.of("managed_fee_pct", row.machine).amount)
        size = (row.vcpus, row.memory_gib, row.gpu, int(row.gpu_count), row.arch)
        found.append(MachineType(row.machine, *size, family=family, fee_pct=fee))
    return found


def _regions(data: Path, cloud: str) -> list[Region]:
    charges = rates.load(data / "rates.csv", cloud)
    with (data / "regions.csv").open(encoding="utf-8", newline="") as file:
        mine = [line for line in csv.DictReader(file) if line["cloud"] == cloud]
    return [
        Region(
            name=line["region"],
            jurisdictions=tuple(line["jurisdictions"].split("|")),
            disk=micros_from_usd(charges.of("disk_gib_month", line["region"]).amount),
            object=micros_from_usd(charges.of("object_gib_month", line["region"]).amount),
            egress=micros_from_usd(charges.of("egress_gib", line["region"]).amount),
            stamp=charges.of("object_gib_month", line["region"]).stamp,
        )
        for line in mine
    ]


def _gpus(data: Path) -> set[str]:
    with (data / "gpus.csv").open(encoding="utf-8", newline="") as file:
        return {line["gpu"] for line in csv.DictReader(file)}


def _interruptions(data: Path, cloud: str) -> dict[tuple[str, str], int]:
    """Percent a month by region and machine, where the cloud publishes it; otherwise nothing."""
    path = data / f"{cloud}-spot-advisor.csv.gz"
    if not path.exists():
        return {}
    return {
        (line["region"], line["instance_type"]): ADVISOR_PCT[line["interruption_bucket"]] for _, line in lines(path)
    }


def _newest(data: Path) -> date:
    """The newest date in any cloud's snapshot."""
    dates = {line["observed"] for cloud in sources(data) for _, line in lines(data / f"{cloud}.csv.gz")}
    return max(date.fromisoformat(day) for day in dates)
