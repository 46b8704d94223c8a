"""Which regions are asked for people at a place: the estimate against measured round trips, and the choice."""

from __future__ import annotations

import csv
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.deploy.character import Character, character, sentences
from workflow.deploy.nearness import (
    FEW,
    MS_PER_KM,
    Choice,
    Spot,
    choose_regions,
    distance_km,
    round_trip_ms,
    sites,
    towns,
)
from workflow.language.places import names
from workflow.model.workload import Workload

MEASURED = Path(__file__).parents[2] / "data" / "round-trips.csv"
spots = st.builds(Spot, st.floats(-90, 90), st.floats(-180, 180))


def measured() -> list[tuple[float, float]]:
    """(kilometres, milliseconds) of every pair."""
    with MEASURED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(distance_km(towns()[row["from"]], towns()[row["to"]]), float(row["ms"])) for row in rows]


def test_the_constant_is_the_median_of_what_was_measured() -> None:
    assert median(ms / km for km, ms in measured()) == pytest.approx(MS_PER_KM, rel=0.005)


def test_half_of_the_estimates_are_within_an_eighth_of_what_was_measured() -> None:
    assert median(abs(MS_PER_KM * km - ms) / ms for km, ms in measured()) < 1 / 8


@given(spots, spots, spots)
def test_distance_is_a_metric_on_the_globe(a: Spot, b: Spot, c: Spot) -> None:
    assert distance_km(a, b) == pytest.approx(distance_km(b, a), abs=1e-6)
    assert 0 <= distance_km(a, b) <= 20_016
    assert distance_km(a, c) <= distance_km(a, b) + distance_km(b, c) + 1e-3


def test_every_place_that_a_request_can_name_lies_somewhere() -> None:
    assert {name for name in towns() if name not in names()} == set()


def regions(**fields: Any) -> tuple[str, ...]:
    return choose_regions(Workload(**fields)).regions


def test_a_region_demanded_by_name_stands_whatever_is_near() -> None:
    assert choose_regions(Workload(kind="service", near="tokyo", regions=("us-east-1",))) == Choice(("us-east-1",))


def test_what_only_must_end_is_not_tied_to_a_place() -> None:
    assert regions(kind="training", near="tokyo") == ()


def test_residency_clouds_and_excluded_regions_hold_where_people_are_near() -> None:
    found = set(
        regions(kind="service", near="paris", residency=("DE",), clouds=("aws",), excluded_regions=("eu-west-3",))
    )
    assert found == {"eu-central-1"}


def test_where_nothing_is_near_enough_the_nearest_few_are_asked() -> None:
    choice = choose_regions(Workload(kind="service", near="tokyo", residency=("EU",), max_latency_ms=10))
    assert len(choice.regions) <= FEW
    assert choice.nearest_ms is not None
    assert choice.nearest_ms > 10
    assert (
        "No permitted region is within 10 ms of tokyo" in sentences(Workload(kind="service", near="tokyo"), choice)[1]
    )


def test_an_excluded_region_leaves_all_others() -> None:
    every = {site.region for site in sites()}
    assert set(regions(kind="batch", excluded_regions=("us-east-1",))) == every - {"us-east-1"}
    assert regions(kind="batch") == ()


@given(st.sampled_from(sorted(towns())), st.floats(5, 300), st.floats(0, 200))
def test_a_looser_limit_never_takes_a_region_away(near: str, limit: float, more: float) -> None:
    within = {site.region for site in sites() if round_trip_ms(towns()[near], site.spot) <= limit}
    found = set(regions(kind="service", near=near, max_latency_ms=limit))
    assert found == within or (not within and len(found) <= FEW)
    assert within <= set(regions(kind="service", near=near, max_latency_ms=limit + more))


@pytest.mark.parametrize(
    ("fields", "sort", "traits"),
    [
        ({"kind": "serving", "gpu_count": 1}, "latency-bound", {"accelerated"}),
        ({"kind": "service", "stateful": True, "personal_data": True}, "latency-bound", {"stateful", "regulated"}),
        ({"kind": "batch", "residency": ("EU",)}, "batch", {"regulated"}),
        ({"kind": "storage"}, "storage", set()),
    ],
)
def test_work_is_classified_by_what_it_says(fields: dict[str, Any], sort: Any, traits: set[str]) -> None:
    flags = {name: name in traits for name in ("accelerated", "stateful", "regulated")}
    assert character(Workload(**fields)) == Character(sort=sort, **flags)


@given(st.sampled_from(["training", "serving", "batch", "service", "storage"]), st.none() | st.sampled_from(["lyon"]))
def test_it_explains_itself_in_two_sentences(kind: Any, near: str | None) -> None:
    work = Workload(kind=kind, near=near)
    assert [text.count(". ") + text.endswith(".") for text in sentences(work, choose_regions(work))] == [1, 1]
