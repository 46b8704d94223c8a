"""A tenant's calls of a tool: a burst, then a steady rate, without touching anybody else's."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.tools import create_storage_bucket, get_health
from tests.fakes.clock import FixedClock
from tests.fakes.world import NOW
from workflow.control import rate
from workflow.control.rate import Limit, Limits, Rates, limits
from workflow.model.errors import RateLimited

READ, WRITE = get_health.TOOL, create_storage_bucket.TOOL


def rates(burst: int = 3, per_second: float = 2.0) -> tuple[Rates, FixedClock]:
    """Reads limited as told, writes by far."""
    clock = FixedClock(NOW)
    plenty = Limit(per_second=1000, burst=1000)
    told = Limits(risks={"read": Limit(per_second=per_second, burst=burst), "write": plenty, "destructive": plenty})
    return Rates(told, clock), clock


def taken(found: Rates, tenant: str = "acme", most: int = 100) -> int:
    """How many calls pass before one is refused."""
    for count in range(most):
        try:
            found.take(tenant, READ)
        except RateLimited:
            return count
    return most


def test_a_burst_passes_and_then_the_caller_is_told_how_long_to_wait() -> None:
    found, clock = rates()
    assert taken(found) == 3
    with pytest.raises(RateLimited, match="acme calls get_health more often") as caught:
        found.take("acme", READ)
    assert caught.value.retry_after == 0.5
    clock.forward(seconds=0.5)
    assert taken(found) == 1


def test_other_tenants_and_other_tools_have_their_own() -> None:
    found, _ = rates()
    assert (taken(found), taken(found, "umbrella")) == (3, 3)
    found.take("acme", WRITE)


def test_rest_fills_no_more_than_the_burst_and_a_clock_put_back_takes_nothing() -> None:
    found, clock = rates()
    taken(found)
    clock.forward(hours=1)
    assert taken(found) == 3
    clock.forward(hours=-2)
    assert taken(found) == 0
    clock.forward(seconds=0.5)
    assert taken(found) == 1


def test_a_tenants_own_limit_goes_before_the_tools_and_the_tools_before_the_risks() -> None:
    one, two, three = (Limit(per_second=1, burst=burst) for burst in (1, 2, 3))
    told = Limits(risks={"read": one}, tools={"get_health": two}, tenants={"acme": {"get_health": three}})
    assert [told.of(tenant, READ).burst for tenant in ("acme", "umbrella")] == [3, 2]
    assert Limits(risks={"read": one}).of("acme", READ) == one


def test_what_an_operator_set_covers_every_risk() -> None:
    assert set(limits().risks) == {"read", "write", "destructive"}


def test_it_forgets_the_longest_unused_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate, "MOST", 2)
    found, _ = rates()
    for tenant in ("a", "b", "a", "c"):
        found.take(tenant, READ)
    assert [tenant for tenant, _ in found.buckets.names] == ["a", "c"]


@given(st.lists(st.floats(min_value=0, max_value=5), max_size=80))
def test_never_more_than_the_burst_and_what_flowed_in_since(pauses: Sequence[float]) -> None:
    found, clock = rates(burst=4, per_second=2.0)
    passed = 0
    for pause in pauses:
        clock.forward(seconds=pause)
        passed += taken(found, most=3)
        assert passed <= 4 + 2.0 * (clock.now() - NOW).total_seconds() + 1e-6
