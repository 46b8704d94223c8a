"""The arithmetic of a stay, against exact fractions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.prices.cost import Stay, price
from workflow.model.money import amount_micros
from workflow.model.offer import Offer
from workflow.model.plan import Cost

OFFER = Offer(
    cloud="aws",
    region="eu-west-1",
    machine="m5.large",
    compute_micros_hour=100_000,
    disk_micros_gib_month=73_000,
    object_micros_gib_month=7_300,
    egress_micros_gib=90_000,
    fee_pct=20,
    jurisdictions=("EU",),
    observed=date(2026, 7, 20),
    basis="list",
    snapshot="0" * 64,
)


def a_stay(**changes: object) -> Stay:
    values = {"nodes": 3, "hours": 10, "storage_gib": 100, "egress_gib": 2, "managed": False} | changes
    return Stay(**values)


def test_every_part_of_an_on_demand_stay() -> None:
    assert price(OFFER, a_stay()) == Cost(hours=10, compute=3_000_000, fee=0, storage=300_000, egress=180_000, rework=0)


def test_managed_work_pays_the_fee_on_compute_alone() -> None:
    assert price(OFFER, a_stay(managed=True)).fee == 600_000


def test_a_bucket_pays_for_objects_in_all_and_not_per_node() -> None:
    bucket = OFFER.model_copy(update={"sells": "bucket", "compute_micros_hour": 0, "fee_pct": 0})
    assert price(bucket, a_stay(hours=730)) == Cost(
        hours=730, compute=0, fee=0, storage=730_000, egress=180_000, rework=0
    )


@pytest.mark.parametrize(("pct", "reckoned"), [(5, 5), (20, 20), (None, 25)])
def test_spot_work_is_expected_to_be_done_twice_in_part_and_unpublished_means_the_worst_band(
    pct: int | None, reckoned: int
) -> None:
    spot = OFFER.model_copy(update={"purchase": "spot", "interruption_pct": pct})
    cost = price(spot, a_stay())
    assert cost.rework == ceil(Fraction(3_000_000 * reckoned, 100) * Fraction(9, 4) / 730)
    assert cost.total == cost.compute + cost.storage + cost.egress
    assert cost.ranked == cost.total + cost.rework


def test_a_short_stay_can_lose_no_more_than_itself_and_the_restart() -> None:
    spot = OFFER.model_copy(update={"purchase": "spot", "interruption_pct": 10})
    assert price(spot, a_stay(hours=1)).rework == ceil(Fraction(300_000, 10) * Fraction(3, 4) / 730)


rates = st.integers(min_value=0, max_value=500_000_000)
hours = st.floats(min_value=0.01, max_value=10_000).map(lambda length: round(length, 4))


@given(rates, st.integers(1, 1000), hours, st.integers(0, 50))
def test_compute_and_fee_are_exact_and_rounded_up(rate: int, nodes: int, length: float, pct: int) -> None:
    stay = a_stay(nodes=nodes, hours=length, managed=True)
    compute = stay.compute(rate)
    assert compute == ceil(rate * nodes * Fraction(str(length))) == amount_micros(rate * nodes, length)
    assert stay.fee(compute, pct) == ceil(Fraction(compute * pct, 100))


@given(rates, hours, st.floats(0, 100_000).map(lambda size: round(size, 3)))
def test_storage_is_exact_and_rounded_up(rate: int, length: float, size: float) -> None:
    storage, egress = a_stay(nodes=1, hours=length, storage_gib=size, egress_gib=size).place("machine", rate, 0, rate)
    assert storage == ceil(rate * Fraction(str(size)) * Fraction(str(length)) / 730)
    assert egress == ceil(rate * Fraction(str(size)))


@given(rates, hours, st.integers(1, 100))
def test_the_highest_rate_is_the_last_that_can_be_paid(paid: int, length: float, nodes: int) -> None:
    stay = a_stay(nodes=nodes, hours=length)
    highest = stay.highest_rate(paid)
    assert stay.compute(highest) <= paid < stay.compute(highest + 1)


@given(rates, st.integers(0, 100), hours)
def test_more_risk_never_costs_less(paid: int, pct: int, length: float) -> None:
    stay = a_stay(hours=length)
    assert stay.rework(paid, pct) <= stay.rework(paid, pct + 1) <= max(paid, 1)
