"""A small world of prices: a few machines in two regions of each cloud, and lists that sell them a little dearer."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from mcp_handlers.prices import build, rows
from mcp_handlers.prices.live.folder import Folder
from mcp_handlers.prices.live.source import COLUMNS, Line
from mcp_handlers.prices.names import DATA
from tests.fakes.price_lists import PriceLists, meter, product, sku

REGIONS = {
    "aws": ("us-east-1", "eu-west-1"),
    "azure": ("eastus", "westeurope", "northeurope"),
    "gcp": ("us-central1", "europe-west4"),
}
FAMILIES = {
    "aws": ("m5.", "c7g.", "g5.", "p4d."),
    "azure": ("Standard_D2s_v", "Standard_D4s_v", "Standard_E4s_v", "Standard_E8s_v"),
    "gcp": ("n2-standard", "n2-highcpu", "n1-standard", "n1-highcpu", "c3-standard", "c3-highcpu"),
}
DEARER = Decimal("1.03")
"""By how much the lists are dearer than the snapshot."""


def shipped(cloud: str) -> list[Line]:
    """The shipped lines of the small world."""
    return [
        line
        for _, line in rows.lines(DATA / f"{cloud}.csv.gz")
        if line["region"] in REGIONS[cloud]
        and line["instance_type"].startswith(FAMILIES[cloud])
        and line["gpu"] in ("", "T4", "A10G", "A100")
        and not line["instance_type"].endswith("-lssd")
    ]


def make(path: Path) -> Folder:
    """A folder with the small world's snapshots and price files in force."""
    (path / "data").mkdir(parents=True)
    for name in ("gpus.csv", "names.csv", "rates.csv", "aws-spot-advisor.csv.gz"):
        (path / "data" / name).write_bytes((DATA / name).read_bytes())
    kept = {(cloud, region) for cloud, regions in REGIONS.items() for region in regions}
    with (DATA / "regions.csv").open(newline="") as file:
        header, *all_ = list(csv.reader(file))
    with (path / "data" / "regions.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header, *(row for row in all_ if (row[0], row[1]) in kept)])
    for cloud in REGIONS:
        with gzip.open(path / "data" / f"{cloud}.csv.gz", "wt", newline="") as zipped:
            writer = csv.DictWriter(zipped, COLUMNS)
            writer.writeheader()
            writer.writerows(shipped(cloud))
    build.build_all(path, path / "data")
    return Folder(path)


def lists(folder: Folder) -> PriceLists:
    """What the three sell now, of the machines in the folder."""
    found = PriceLists()
    for row in folder.known("aws"):
        usd = str(Decimal(row["on_demand_usd_h"]) * DEARER)
        arm = {"physicalProcessor": "AWS Graviton3 Processor"} if row["arch"] == "arm64" else {}
        gpus = {"gpu": row["gpu_count"]} if row["gpu"] else {}
        size = {"vcpu": row["vcpus"], "memory": f"{Decimal(row['memory_gib']):,f} GiB"}
        found.products.append(product(row["instance_type"], row["region"], usd, **size, **arm, **gpus))
        for zone, share in (("a", "0.4"), ("b", "0.5")):
            spot = str(Decimal(usd) * Decimal(share))
            at = "2026-11-20T11:00:00.000Z"
            found.spot.append((row["region"], row["region"] + zone, row["instance_type"], spot, at))
    for row in folder.known("azure"):
        machine, region = row["instance_type"], row["region"]
        found.meters.append(meter(machine, region, str(Decimal(row["on_demand_usd_h"]) * DEARER)))
        if row["spot_usd_h"]:
            spot = meter(machine, region, row["spot_usd_h"])
            found.meters.append({**spot, "skuName": spot["skuName"] + " Spot"})
    found.skus += _skus(folder.known("gcp"))
    return found


def _skus(known: list[Line]) -> Iterator[dict[str, object]]:
    yield sku("Commitment v1: Cpu in Americas for 1 Year", "Commit1Yr", ["us-central1"], "0.01")
    for region in REGIONS["gcp"]:
        for series, title in (("n2", "N2 Instance"), ("n1", "N1 Predefined Instance"), ("c3", "C3 Instance")):
            for usage, column, spot in (
                ("OnDemand", "on_demand_usd_h", ""),
                ("Preemptible", "spot_usd_h", "Spot Preemptible "),
            ):
                core, ram = _rates(known, series, region, column)
                factor = DEARER if usage == "OnDemand" else 1
                yield sku(f"{spot}{title} Core running in {region}", usage, [region], f"{core * factor:.9f}")
                yield sku(f"{spot}{title} Ram running in {region}", usage, [region], f"{ram * factor:.9f}", "GiBy.h")
        bare, with_gpu = (
            next(r for r in known if (r["instance_type"], r["region"], r["gpu"]) == ("n1-standard-4", region, gpu))
            for gpu in ("", "T4")
        )
        for usage, column, spot in (
            ("OnDemand", "on_demand_usd_h", ""),
            ("Preemptible", "spot_usd_h", "attached to Spot Preemptible VMs "),
        ):
            usd = (Decimal(with_gpu[column]) - Decimal(bare[column])) / Decimal(with_gpu["gpu_count"])
            yield sku(f"Nvidia Tesla T4 GPU {spot}running in {region}", usage, [region], f"{usd:.9f}")


def _rates(known: list[Line], series: str, region: str, column: str) -> tuple[Decimal, Decimal]:
    """What a core and a GiB cost, from two machines of which one has less memory for the same cores."""
    two = []
    for family in ("standard", "highcpu"):
        names = (f"{series}-{family}-4", f"{series}-{family}-8")
        two.append(
            {
                (row["instance_type"].rsplit("-", 1)[1]): row
                for row in known
                if row["instance_type"] in names and row["region"] == region and not row["gpu"]
            }
        )
    size = min(two[0].keys() & two[1].keys())
    much, little = two[0][size], two[1][size]
    price = Decimal(much[column]) - Decimal(little[column])
    ram = price / (Decimal(much["memory_gib"]) - Decimal(little["memory_gib"]))
    return (Decimal(much[column]) - ram * Decimal(much["memory_gib"])) / Decimal(much["vcpus"]), ram
