"""Reading a snapshot: what can be read, and what is said of what cannot."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mcp_handlers.prices.rows import Row, read

LINE = {
    "instance_type": "m1",
    "vcpus": "4",
    "memory_gib": "3.75",
    "gpu": "",
    "gpu_count": "0",
    "arch": "arm64",
    "region": "r-1",
    "zone": "",
    "on_demand_usd_h": "0.0416",
    "spot_usd_h": "",
    "observed": "2026-07-20",
    "basis": "list",
}


def test_money_becomes_microdollars_and_an_empty_spot_price_none() -> None:
    row = Row(2, "m1", 4, 3.75, "", Decimal(0), "arm64", "r-1", "", 41_600, None, date(2026, 7, 20), "list")
    assert read([(2, LINE)]) == ([row], [])


@pytest.mark.parametrize(
    "changes",
    [
        {"on_demand_usd_h": "NaN"},
        {"on_demand_usd_h": "inf"},
        {"on_demand_usd_h": ""},
        {"spot_usd_h": "free"},
        {"vcpus": "0"},
        {"vcpus": "1.5"},
        {"memory_gib": "-1"},
        {"arch": "mips"},
        {"basis": "rumour"},
        {"observed": "yesterday"},
        {"instance_type": ""},
        {"gpu_count": None},
    ],
)
def test_a_line_that_cannot_be_read_is_reported_and_the_others_stay(changes: dict[str, str]) -> None:
    rows, rejected = read([(2, LINE), (3, {**LINE, **changes}), (4, {"instance_type": "m9"})])
    assert [row.line for row in rows] == [2]
    assert [(each.line, each.rule) for each in rejected] == [(3, "unreadable"), (4, "unreadable")]
    assert all(each.why for each in rejected)


def test_gpu_sets_of_one_machine_get_names_of_their_own() -> None:
    sold = [
        LINE,
        {**LINE, "gpu": "T4", "gpu_count": "2"},
        {**LINE, "instance_type": "g1", "gpu": "T4", "gpu_count": "1"},
    ]
    rows, _ = read(enumerate(sold, start=2))
    assert [row.machine for row in rows] == ["m1", "m1.2xT4", "g1"]
