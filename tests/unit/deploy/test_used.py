"""How much of a plan's money stays spent when the plan is taken back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.offers import NOW, priced
from tests.fakes.saga import RECEIPTS, STEPS
from workflow.deploy.used import used_cents
from workflow.model.plan import Plan

BUCKET, JOB = (step.key for step in STEPS)


def a_plan(hours: float = 10, cents: int = 1000) -> Plan:
    """A bucket for nothing and a job for `cents`."""
    taken = priced(cents * 10_000)
    steps = (STEPS[0].model_copy(update={"cost_cents": 0}), STEPS[1].model_copy(update={"cost_cents": cents}))
    return Plan(
        run="r1", attempt=0, offer=taken.offer, cost=taken.cost.model_copy(update={"hours": hours}), steps=steps
    )


@pytest.mark.parametrize(
    ("hours", "cents"), [(-1, 0), (0, 0), (0.001, 1), (1, 100), (9.999, 1000), (10, 1000), (11, 1000)]
)
def test_what_ran_for_a_part_of_its_time_costs_that_part_rounded_up(hours: float, cents: int) -> None:
    assert used_cents(a_plan(), RECEIPTS, (), NOW + timedelta(hours=hours)) == {BUCKET: 0, JOB: cents}


def test_what_was_never_made_costs_nothing_and_what_stays_behind_costs_everything() -> None:
    assert used_cents(a_plan(), RECEIPTS[:1], (), NOW + timedelta(hours=5)) == {BUCKET: 0, JOB: 0}
    assert used_cents(a_plan(), (), {JOB, "an earlier attempt's"}, NOW) == {BUCKET: 0, JOB: 1000}


@given(st.floats(0, 1e6), st.integers(0, 10**12), st.floats(-10, 1e7))
def test_never_more_is_used_than_was_planned(hours: float, cents: int, after: float) -> None:
    used = used_cents(a_plan(hours, cents), RECEIPTS, (), NOW + timedelta(seconds=after))
    assert 0 <= used[JOB] <= cents
