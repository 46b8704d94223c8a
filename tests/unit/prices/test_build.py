"""The build as a whole: it refuses a snapshot that is mostly wrong, and reports what it took away."""

from __future__ import annotations

import csv
import gzip
import shutil
from pathlib import Path

import pytest

from mcp_handlers.prices import build, rates
from mcp_handlers.prices.names import DATA
from workflow.model.errors import BadRequest


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the shipped data, to spoil."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def spoil(path: Path, column: str, value: str, share: float) -> None:
    """Overwrite a column in the first part of a snapshot."""
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows[: int(share * len(rows))]:
        row[column] = value
    with gzip.open(path, "wt", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_snapshot_that_is_wrong_in_many_rows_is_refused_and_no_file_is_written(data: Path, tmp_path: Path) -> None:
    spoil(data / "gcp.csv.gz", "on_demand_usd_h", "0", 0.1)
    with pytest.raises(BadRequest, match=r"rows for gcp were rejected \(not-positive"):
        build.build_all(tmp_path / "out", data)
    assert not (tmp_path / "out").exists()


def test_a_few_wrong_rows_are_left_out_and_counted(data: Path) -> None:
    spoil(data / "aws.csv.gz", "on_demand_usd_h", "NaN", 0.01)
    _, report = build.build("aws", data)
    assert report.by_rule["unreadable"] == 121
    assert report.read == report.kept + sum(not each.spot_only for each in report.rejected)


def test_a_region_or_cloud_without_a_rate_stops_the_build(data: Path) -> None:
    lines = (data / "rates.csv").read_text().splitlines(keepends=True)
    (data / "rates.csv").write_text("".join(line for line in lines if not line.startswith("azure,egress_gib,*,")))
    with pytest.raises(BadRequest, match="has no egress_gib for azure"):
        build.build("azure", data)


def test_the_report_is_a_table_of_every_rule(built: dict[str, tuple[bytes, build.Report]]) -> None:
    reports = [report for _, report in built.values()]
    text = build.table(reports)
    for report in reports:
        assert f"{report.cloud}: {report.kept} of {report.read} rows kept" in text
        assert all(f"{rule:<22}{count:>7}" in text for rule, count in report.by_rule.items())


def test_every_rate_has_a_source_a_date_and_a_basis() -> None:
    for cloud in build.sources():
        known = rates.load(DATA / "rates.csv", cloud).all
        assert {rate.kind for rate in known} == set(rates.KINDS)
        assert all(rate.source and rate.basis in ("list", "estimate") and rate.amount >= 0 for rate in known)
        assert all(len(rate.observed) == 10 for rate in known)
        assert [rate.kind for rate in known if rate.scope == "*"] == list(dict.fromkeys(r.kind for r in known))
