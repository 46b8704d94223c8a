"""A day that leaves its usual band is told of once, with the money that takes it out."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.tools import provision_compute
from policies.checks.tunables import Unusual
from tests.fakes.clock import FixedClock
from tests.fakes.gate import ToldGate, always
from tests.fakes.offers import ADA, NOW
from tests.unit.control.test_approvals import a_plan
from tests.unit.control.test_decide import ten_hours_at_ten_cents
from workflow.control.decide import Control
from workflow.control.pricing import price_of
from workflow.control.sign import Signer
from workflow.control.unusual import Band, band
from workflow.model.base import Json
from workflow.model.ports import Reservation
from workflow.store.store import open_store

TERMS = Unusual(deviations=6, least_days=7, slack_cents=50)
WEEK = [100, 110, 90, 100, 105, 95, 100]
"""Median 100; the deviations are 0, 0, 0, 5, 5, 10, 10."""
days = st.lists(st.integers(1, 10**9), min_size=7, max_size=28)


@pytest.mark.parametrize(
    ("spent", "expected"),
    [
        (WEEK[1:], None),
        (WEEK, Band(median_cents=100, most_cents=150)),
        ([10 * cents for cents in WEEK], Band(median_cents=1000, most_cents=1300)),
        ([100] * 27 + [10**9], Band(median_cents=100, most_cents=150)),
    ],
    ids=["too few days", "no wider than the slack", "six deviations", "one wild day changes nothing"],
)
def test_the_band_is_the_median_and_some_deviations_above(spent: list[int], expected: Band | None) -> None:
    assert band(spent, TERMS) == expected


@given(days, st.randoms())
def test_the_band_does_not_depend_on_the_order_and_never_ends_below_the_median(spent: list[int], dice: Any) -> None:
    usual = band(spent, TERMS)
    assert usual is not None
    assert usual.most_cents >= usual.median_cents + TERMS.slack_cents
    mixed = list(spent)
    dice.shuffle(mixed)
    assert band(mixed, TERMS) == usual


@given(days, st.integers(0, 27), st.integers(0, 10**12))
def test_no_single_day_moves_the_median_past_its_neighbours(spent: list[int], at: int, wild: int) -> None:
    ordered = sorted(spent)
    usual = band([*spent[: at % len(spent)], wild, *spent[at % len(spent) + 1 :]], TERMS)
    middle = len(ordered) // 2
    assert usual is not None
    assert ordered[middle - 1] <= usual.median_cents <= ordered[min(middle + 1, len(ordered) - 1)]


@pytest.fixture
async def control(tmp_path: Path) -> AsyncIterator[Control]:
    """Over a store with a week behind it: a dollar on each day, in the project `default`."""
    clock = FixedClock(NOW)
    async with open_store(tmp_path / "t.db") as store:
        for number, cents in enumerate(WEEK, 1):
            at, name = NOW - timedelta(days=number), f"day-{number}"
            past = Reservation(key=name, run=name, tenant="acme", project="default", cents=cents, at=at)
            await store.reserve([past], await store.spend("acme", "default", at))
        signer = Signer(Ed25519PrivateKey.from_private_bytes(b"\1" * 32), clock)
        tools = {"provision_compute": provision_compute.TOOL}
        yield Control(tools, ToldGate(), store, signer, clock, ten_hours_at_ten_cents, unusual=TERMS)


async def told(control: Control) -> list[Json]:
    """The alerts' bodies, without what is the same in all."""
    found = [e.event for e in await control.store.entries() if e.event.kind == "budget.anomaly"]
    assert list(await control.store.list_alerts(NOW - timedelta(days=1), tenant="acme")) == found
    return [{key: event.body[key] for key in ("scope", "cents", "run")} for event in found]


async def spend(control: Control, run: str, cents: int) -> bool:
    """Decide a plan of so many cents."""
    plan = a_plan(run, cents)
    return (await control.decide_plan(ADA, plan, "default", price_of(plan.cost))).decision.allowed


async def test_the_plan_that_takes_today_out_of_the_band_raises_the_alert_once_a_day(control: Control) -> None:
    assert await spend(control, "r1", 150)
    assert await told(control) == []
    assert await spend(control, "r2", 1)
    out = [{"scope": scope, "cents": 151, "run": "r2"} for scope in ("tenant", "project")]
    assert await told(control) == out
    assert await spend(control, "r2", 1)
    assert await spend(control, "r3", 500)
    assert await told(control) == out
    assert isinstance(control.clock, FixedClock)
    control.clock.forward(days=1)
    assert await spend(control, "r4", 151)
    assert await told(control) == [*out, *({**one, "run": "r4"} for one in out)]


async def test_a_call_that_takes_today_out_of_the_band_raises_it_too(control: Control) -> None:
    await spend(control, "r1", 100)
    call = provision_compute.TOOL, "aws", a_plan().steps[0].arguments
    assert (await control.decide_call(ADA, *call, run="r2", step="s")).decision.allowed
    assert await told(control) == [{"scope": scope, "cents": 200, "run": "r2"} for scope in ("tenant", "project")]


async def test_what_is_not_allowed_and_what_costs_nothing_raise_none(control: Control) -> None:
    assert isinstance(control.gate, ToldGate)
    control.gate.says = always("deny")
    assert not await spend(control, "r1", 10_000)
    control.gate.says = always("allow")
    assert await spend(control, "r2", 0)
    assert await told(control) == []


async def test_another_tenants_alert_is_not_ones_own(control: Control) -> None:
    await spend(control, "r1", 1000)
    assert await control.store.list_alerts(NOW - timedelta(days=1), tenant="umbrella") == []
    assert len(await control.store.list_alerts(NOW - timedelta(days=1))) == 2
