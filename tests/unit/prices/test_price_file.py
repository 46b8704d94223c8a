"""The price files: the same bytes from the same snapshots, and cheap to load."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from mcp_handlers.prices import build, layout
from mcp_handlers.prices.build import CLOUDS, OFFERS, Report
from mcp_handlers.prices.catalog import Catalog, clouds, load_cloud
from policies.engine.question import MachineFacts
from workflow.model.errors import NotFound

ROOT = CLOUDS.parent
Built = dict[str, tuple[bytes, Report]]
IMPORTED = """
import sys
before = set(sys.modules)
from mcp_handlers.prices.catalog import clouds, load_cloud
for cloud in clouds():
    assert load_cloud(cloud).rate[0] > 0
print(*sorted(set(sys.modules) - before))
"""
OURS = {"mcp_handlers", "mcp_handlers.prices", "mcp_handlers.prices.catalog", "mcp_handlers.prices.layout"}


def test_the_files_in_the_repository_are_what_the_build_makes(built: Built) -> None:
    assert set(built) == set(clouds())
    for cloud, (content, _) in built.items():
        assert (CLOUDS / cloud / OFFERS).read_bytes() == content, f"build the price file of {cloud} again"


def test_building_twice_gives_the_same_bytes(built: Built, tmp_path: Path) -> None:
    reports = build.build_all(tmp_path)
    assert [report.cloud for report in reports] == list(built)
    for cloud, (content, _) in built.items():
        assert (tmp_path / cloud / OFFERS).read_bytes() == content


def test_the_snapshot_is_the_digest_of_the_content(built: Built) -> None:
    for cloud, (content, report) in built.items():
        digest = hashlib.sha256(content[struct.calcsize(layout.HEADER) :]).hexdigest()
        assert load_cloud(cloud).snapshot == report.snapshot == digest


def test_a_fresh_process_loads_with_a_few_modules_of_the_standard_library_and_no_more() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert imported >= OURS
    assert imported - OURS <= {"__future__", "mmap", "struct", "_struct"}


@pytest.mark.parametrize("cloud", clouds())
def test_every_column_has_its_length_and_every_number_its_place(cloud: str) -> None:
    catalog = load_cloud(cloud)
    machines, rows = len(catalog.machines), len(catalog.rate)
    assert list(catalog.first) == sorted(catalog.first)
    assert (len(catalog.first), catalog.first[0], catalog.first[-1]) == (2 * machines + 1, 0, rows)
    assert {len(catalog.place), len(catalog.stamp), len(catalog.interruption)} == {rows}
    assert len(catalog.zones) == len(catalog.place_region)
    assert len(catalog.regions) == len(catalog.jurisdictions) == len(catalog.egress) == len(catalog.region_stamp)
    assert max(catalog.place) < len(catalog.zones)
    assert max(catalog.place_region) < len(catalog.regions)
    for block in range(2 * machines):
        rates = list(catalog.rate[catalog.first[block] : catalog.first[block + 1]])
        assert rates == sorted(rates)


def test_a_machine_is_found_by_its_exact_name() -> None:
    aws, gcp = load_cloud("aws"), load_cloud("gcp")
    assert aws.machine("m5.large") == MachineFacts(
        name="m5.large", family="m5", vcpus=2, memory_gib=8, gpu=None, gpu_count=0
    )
    assert gcp.machine("n1-standard-4.2xT4") == MachineFacts(
        name="n1-standard-4.2xT4", family="n1-standard", vcpus=4, memory_gib=15, gpu="T4", gpu_count=2
    )
    assert aws.machine("m5.Large") is None
    assert aws.machine("") is None


@pytest.mark.parametrize("name", ["ibm", "", "..", "kernel", "../mcp_handlers/aws"])
def test_a_cloud_without_a_price_file_is_not_found(name: str) -> None:
    with pytest.raises(NotFound, match="no price file"):
        load_cloud(name)


def test_a_file_of_another_kind_or_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / OFFERS
    for header in (b"GARBAGE!", struct.pack("<8sI", layout.MAGIC, layout.VERSION + 1)):
        path.write_bytes(header.ljust(200, b"\0"))
        with pytest.raises(ValueError, match="build it again"):
            Catalog("aws", str(path))
