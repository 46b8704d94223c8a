"""What the gates take away, rule by rule: from the shipped snapshots, and from rows made up for the purpose."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.prices import gates
from mcp_handlers.prices.build import Report
from mcp_handlers.prices.catalog import clouds, load_cloud
from mcp_handlers.prices.names import Names, load
from mcp_handlers.prices.rows import Row

NEWEST = date(2026, 7, 20)
PLAIN = Names((), (), ())
PLACES = [f"place-{letter}" for letter in "abcdefghi"]
WORLD = gates.World(set(PLACES), NEWEST, PLAIN, {"H100", "T4"})
ROW = Row(2, "m1", 4, 16.0, "", Decimal(0), "x86_64", "place-a", "", 1_000_000, 400_000, NEWEST, "list")
Built = dict[str, tuple[bytes, Report]]


def everywhere(row: Row, **changes: int) -> list[Row]:
    """The row in every place, with other on-demand prices in some: `place_b=5` is five microdollars."""
    rows = [replace(row, line=number, region=place) for number, place in enumerate(PLACES, start=2)]
    return [replace(each, on_demand=changes.get(each.region.replace("-", "_"), each.on_demand)) for each in rows]


def struck(built: Built, cloud: str, rule: str) -> set[tuple[str, str]]:
    """The (machine, region) pairs that a rule rejected in a shipped snapshot."""
    return {(each.machine, each.region) for each in built[cloud][1].rejected if each.rule == rule}


def rules(rows: list[Row], world: gates.World = WORLD) -> list[str]:
    return [each.rule for each in gates.gate(rows, world)[1]]


def test_a_price_ten_times_too_low_is_caught_in_the_shipped_snapshot(built: Built) -> None:
    caught = {pair for pair in struck(built, "azure", "outlier") if pair[1] == "newzealandnorth"}
    assert caught == {(f"Standard_F{size}ams_v6", "newzealandnorth") for size in (2, 4, 8, 16, 32, 48, 64)}


def test_gpu_machines_at_half_price_or_less_are_caught_in_the_shipped_snapshot(built: Built) -> None:
    low = {"us-central1", "us-west1", "us-west4", "asia-southeast1", "australia-southeast1", "asia-northeast1"}
    assert {region for machine, region in struck(built, "gcp", "outlier") if machine == "a3-highgpu-8g"} == low
    assert ("a3-highgpu-8g", "europe-north1") in struck(built, "gcp", "spot-outlier")


def test_the_two_outlier_rules_each_catch_low_gpu_prices_alone() -> None:
    row = replace(ROW, gpu="H100", gpu_count=Decimal(8))
    rows = everywhere(row, place_c=330_000, place_d=450_000)
    for fault in (gates._outlier(rows), gates._gpu_outlier(rows)):
        assert [each.region for each in rows if fault(each)] == ["place-c", "place-d"]


def test_a_low_price_per_gpu_is_caught_where_the_type_is_sold_in_one_place_only() -> None:
    usual = everywhere(replace(ROW, gpu="H100", gpu_count=Decimal(8)))
    odd = replace(ROW, machine="m2", gpu="H100", gpu_count=Decimal(4), on_demand=200_000, spot=None)
    assert rules([*usual, odd]) == ["gpu-outlier"]


@pytest.mark.parametrize(
    ("cloud", "rule", "machine"),
    [
        ("azure", "fractional-gpu", "Standard_NV6ads_A10_v5"),
        ("azure", "gpu-unrecorded", "Standard_ND128isr_NDR_GB200_v6"),
        ("azure", "not-a-gpu", "Standard_NP10s"),
        ("aws", "not-a-gpu", "dl1.24xlarge"),
        ("aws", "not-a-gpu", "inf2.xlarge"),
        ("aws", "not-a-gpu", "trn1.32xlarge"),
        ("aws", "not-a-gpu", "f2.6xlarge"),
        ("aws", "not-a-gpu", "vt1.3xlarge"),
        ("gcp", "not-a-gpu", "n2d-48-24-v5lite-tpu"),
        ("aws", "gpu-unrecorded", "g6f.large"),
    ],
)
def test_what_is_no_whole_gpu_is_caught_in_the_shipped_snapshots(
    built: Built, cloud: str, rule: str, machine: str
) -> None:
    assert machine in {name for name, _ in struck(built, cloud, rule)}


@pytest.mark.parametrize("cloud", clouds())
def test_no_price_on_sale_lies_below_half_of_its_types_median_over_regions(cloud: str) -> None:
    catalog = load_cloud(cloud)
    for number, machine in enumerate(catalog.machines):
        cheapest: dict[int, int] = {}
        for row in range(catalog.first[2 * number], catalog.first[2 * number + 1]):
            region = catalog.place_region[catalog.place[row]]
            cheapest[region] = min(catalog.rate[row], cheapest.get(region, catalog.rate[row]))
        assert not cheapest or min(cheapest.values()) >= 0.5 * median(cheapest.values()), machine


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"region": "atlantis"}, "unknown-region"),
        ({"zone": "place-b-1"}, "zone-elsewhere"),
        ({"on_demand": 0}, "not-positive"),
        ({"on_demand": -1}, "not-positive"),
        ({"observed": NEWEST - timedelta(days=181)}, "stale"),
        ({"gpu": "TPU", "gpu_count": Decimal(1)}, "not-a-gpu"),
        ({"gpu": "T4", "gpu_count": Decimal("0.5")}, "fractional-gpu"),
        ({"gpu": "T4", "gpu_count": Decimal(-1)}, "fractional-gpu"),
        ({"gpu": "T4", "gpu_count": Decimal(0)}, "gpu-mismatch"),
        ({"gpu_count": Decimal(2)}, "gpu-mismatch"),
        ({"spot": 0}, "spot-not-positive"),
        ({"spot": 1_000_001}, "spot-above-on-demand"),
        ({"spot": 49_999}, "spot-outlier"),
    ],
)
def test_each_rule_strikes_the_row_that_breaks_it(changes: dict[str, object], rule: str) -> None:
    assert rules([replace(ROW, **changes)]) == [rule]


@pytest.mark.parametrize(
    "changes",
    [
        {"zone": "place-a-1"},
        {"observed": NEWEST - timedelta(days=180)},
        {"gpu": "T4", "gpu_count": Decimal(1)},
        {"spot": 1_000_000},
        {"spot": None},
    ],
)
def test_a_row_at_the_edge_of_a_rule_stays(changes: dict[str, object]) -> None:
    row = replace(ROW, **changes)
    assert gates.gate([row], WORLD) == ([row], [])


def test_a_bad_spot_price_goes_and_the_on_demand_price_stays() -> None:
    kept, rejected = gates.gate([replace(ROW, spot=2_000_000)], WORLD)
    assert kept == [replace(ROW, spot=None)]
    assert [(each.rule, each.spot_only) for each in rejected] == [("spot-above-on-demand", True)]


def test_of_conflicting_twins_the_dearer_stays_and_of_equal_twins_one() -> None:
    twin = replace(ROW, line=3)
    dearer = replace(ROW, line=4, on_demand=1_200_000)
    kept, rejected = gates.duplicates([ROW, twin, dearer])
    assert kept == [dearer]
    assert [(each.line, each.rule) for each in rejected] == [(3, "duplicate"), (2, "conflicting-duplicate")]


def test_many_zones_of_one_region_do_not_move_the_median() -> None:
    zones = [replace(ROW, line=10 + n, zone=f"place-a-{n}", on_demand=400_000, spot=None) for n in range(20)]
    rows = [each for each in everywhere(replace(ROW, spot=None)) if each.region != "place-a"]
    assert {each.region for each in gates.gate([*rows, *zones], WORLD)[0]} == set(PLACES) - {"place-a"}


def test_a_name_that_promises_gpus_needs_them() -> None:
    world = replace(WORLD, names=load("aws"))
    assert rules([replace(ROW, machine="g5.xlarge")], world) == ["gpu-unrecorded"]
    assert rules([replace(ROW, machine="m5.xlarge")], world) == []


prices = st.integers(min_value=-5, max_value=10_000_000)


@given(
    st.lists(st.tuples(st.sampled_from(["m1", "m2"]), st.sampled_from(PLACES), prices, st.none() | prices), max_size=40)
)
def test_whatever_comes_in_every_row_is_kept_or_reported_and_what_is_kept_is_sound(
    made: list[tuple[str, str, int, int | None]],
) -> None:
    rows = [
        replace(ROW, line=line, machine=machine, region=region, on_demand=on_demand, spot=spot)
        for line, (machine, region, on_demand, spot) in enumerate(made, start=2)
    ]
    kept, rejected = gates.gate(rows, WORLD)
    gone = [each.line for each in rejected if not each.spot_only]
    assert sorted([row.line for row in kept] + gone) == [row.line for row in rows]
    assert len({row.place for row in kept}) == len(kept)
    assert all(row.on_demand > 0 and (row.spot is None or 0 < row.spot <= row.on_demand) for row in kept)


@given(st.integers(min_value=100, max_value=10_000_000), st.sampled_from([0.1, 0.33, 0.49, 3.1, 10]))
def test_one_region_far_from_all_others_is_always_caught(price: int, factor: float) -> None:
    rows = everywhere(replace(ROW, on_demand=price, spot=None), place_e=int(price * factor))
    assert [(each.region, each.rule) for each in gates.gate(rows, WORLD)[1]] == [("place-e", "outlier")]


@given(st.integers(min_value=100, max_value=10_000_000), st.lists(st.floats(0.75, 1.4), min_size=9, max_size=9))
def test_ordinary_differences_between_regions_are_never_caught(price: int, factors: list[float]) -> None:
    rows = [
        replace(row, on_demand=round(price * factor), spot=None)
        for row, factor in zip(everywhere(ROW), factors, strict=True)
    ]
    assert gates.gate(rows, WORLD) == (rows, [])


def test_a_machine_with_local_disks_that_costs_as_much_as_without_is_caught_in_the_shipped_snapshots(
    built: Built,
) -> None:
    machines = {machine for machine, _ in struck(built, "gcp", "disks-unpriced")}
    assert {machine.split("-")[0] for machine in machines} == {"c3", "c3d", "c4", "c4d"}
    assert not [name for name in load_cloud("gcp").machines if "-lssd" in name]
    assert {region for _, region in struck(built, "azure", "disks-unpriced")} == {"southcentralus"}
    assert struck(built, "aws", "disks-unpriced") == set()


def test_local_disks_must_cost_something_and_where_no_twin_is_sold_the_other_regions_tell() -> None:
    names = replace(PLAIN, local_disks=((re.compile("-lssd$"), ""),))
    twins, same = everywhere(ROW), everywhere(replace(ROW, machine="m1-lssd"))
    alone = replace(same[0], region="place-i", line=90)
    world = replace(WORLD, names=names)
    assert rules([*twins[:-1], *same[:-1], alone], world) == ["disks-unpriced"] * len(PLACES)
    dearer = [replace(row, on_demand=row.on_demand + 1) for row in same]
    assert rules([*twins[:-1], *dearer], world) == []
    assert rules([*twins, *same]) == []
