"""The same questions to SkyPilot's optimizer, over the same prices, in its own environment and without a network.

Its catalogs are written from the rows of our snapshots that pass our gates. On Google Cloud it prices a machine and its
GPUs apart: there the whole price stands with the machine, and the GPUs cost nothing.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import KEPT, ROOT
from mcp_handlers.prices.build import gated, sources
from mcp_handlers.prices.rows import Row

PYTHON = ROOT / ".venv-sky" / "bin" / "python"
HOME = KEPT / "sky"
CATALOGS = HOME / ".sky" / "catalogs" / "v8"
"""Where this version looks for them before it asks the network."""
ROUNDS = 5
QUESTIONS: dict[str, dict[str, Any]] = {
    "8 vCPU, 32 GiB": {"cpus": "8+", "memory": "32+"},
    "8 vCPU, 32 GiB, spot": {"cpus": "8+", "memory": "32+", "use_spot": True},
    "one A100-80GB": {"accelerators": "A100-80GB:1"},
    "eight H100": {"accelerators": "H100:8"},
}
"""By the names of our own questions. Jurisdictions it does not know."""
MACHINE = ("InstanceType", "vCPUs", "MemoryGiB", "AcceleratorName", "AcceleratorCount", "GpuInfo", "Price", "SpotPrice")


def asked() -> dict[str, Any] | None:
    """Times in microseconds and dollars an hour by question; None where its environment is not there."""
    if not PYTHON.exists():
        return None
    write_catalogs()
    env = {"HOME": str(HOME), "PATH": os.environ["PATH"], "SKYPILOT_DISABLE_USAGE_COLLECTION": "1"}
    done = subprocess.run(
        [str(PYTHON), str(Path(__file__).with_name("skypilot_asked.py")), str(ROUNDS)],
        input=json.dumps(QUESTIONS), env=env, cwd=HOME, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"SkyPilot: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def write_catalogs() -> None:
    """One file per cloud, and the two that name accelerators."""
    gpus = set()
    for cloud in sources():
        _, kept, _ = gated(cloud)
        gpus |= {row.gpu for row in kept if row.gpu}
        zoned = [] if cloud == "azure" else ["AvailabilityZone"]
        _write(f"{cloud}/vms.csv", (*MACHINE, "Region", *zoned, "Arch", "Generation"), _lines(cloud, kept))
    _write("common/accelerators.csv", ("AcceleratorName", "Clouds"), ((gpu, "AWS,Azure,GCP") for gpu in sorted(gpus)))
    _write("common/metadata.csv", ("GPU", "MemoryGB", "Manufacturer"), ((gpu, 80, "NVIDIA") for gpu in sorted(gpus)))


def _lines(cloud: str, kept: list[Row]) -> Iterator[tuple[object, ...]]:
    for row in kept:
        place = (row.region,) if cloud == "azure" else (row.region, row.zone or f"{row.region}-x")
        gpu = (row.gpu, int(row.gpu_count), "{'Gpus': []}") if row.gpu else ("", "", "")
        with_machine = ("", "", "") if cloud == "gcp" else gpu
        spot = "" if row.spot is None else row.spot / 1e6
        yield (
            row.machine, row.vcpus, row.memory_gib, *with_machine, row.on_demand / 1e6, spot, *place, row.arch, "V1"
        )  # fmt: skip
        if cloud == "gcp" and row.gpu:
            yield ("", "", "", *gpu, 0, 0, *place, "", "")


def _write(name: str, header: tuple[str, ...], lines: Iterator[tuple[object, ...]]) -> None:
    path = CATALOGS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *lines])
