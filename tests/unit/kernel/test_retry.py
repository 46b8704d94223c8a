"""What is sent again, after which pauses, and what is reported in the end."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.retry import ATTEMPTS, BASE_SECONDS, CAP_SECONDS, PATIENCE_SECONDS, Retry
from tests.fakes.clock import FixedClock
from tests.fakes.world import NOW
from workflow.model.base import Risk
from workflow.model.errors import (
    BadRequest,
    CloudDown,
    DeadlineExceeded,
    NoCapacity,
    NoPermission,
    NotFound,
    OutcomeUnknown,
    Overloaded,
    RegionDown,
    Rejected,
    Throttled,
    TollgateError,
)


class Told:
    """A call that ends as it was told, one ending after the other; pauses are taken on its clock."""

    def __init__(self, *endings: TollgateError | str) -> None:
        self.endings = list(endings)
        self.calls = 0
        self.slept: list[float] = []
        self.heard: list[tuple[str, int]] = []
        self.clock = FixedClock(NOW)

    async def sleep(self, seconds: float) -> None:
        """Let the clock go on."""
        self.slept.append(seconds)
        self.clock.forward(seconds=seconds)

    async def once(self) -> str:
        """The next ending."""
        self.calls += 1
        ending = self.endings.pop(0)
        if isinstance(ending, TollgateError):
            raise ending
        return ending

    async def run(self, risk: Risk) -> str:
        """Through Retry."""
        tell = Retry(self.clock, self.sleep, lambda error, attempt: self.heard.append((error.code, attempt)))
        once: Callable[[], Awaitable[str]] = self.once
        return await tell.call(once, risk)


@pytest.mark.parametrize("risk", ["read", "write", "destructive"])
@pytest.mark.parametrize("error", [Throttled("x"), OutcomeUnknown("x")])
async def test_throttled_and_unknown_are_sent_again_whatever_the_risk(risk: Risk, error: TollgateError) -> None:
    told = Told(error, "done")
    assert await told.run(risk) == "done"
    assert (told.calls, told.heard) == (2, [(error.code, 1)])


@pytest.mark.parametrize("error", [RegionDown("x"), CloudDown("x")])
async def test_an_outage_is_asked_about_again_by_a_read_and_left_by_a_write(error: TollgateError) -> None:
    assert await Told(error, "done").run("read") == "done"
    told = Told(error, "done")
    with pytest.raises(type(error)):
        await told.run("write")
    assert told.calls == 1


@pytest.mark.parametrize("risk", ["read", "write"])
@pytest.mark.parametrize("error", [NotFound("x"), Rejected("x"), NoCapacity("x"), BadRequest("x"), Overloaded("x")])
async def test_what_will_fail_the_same_way_is_not_repeated(risk: Risk, error: TollgateError) -> None:
    told = Told(error)
    with pytest.raises(type(error)):
        await told.run(risk)
    assert (told.calls, told.slept) == (1, [])


async def test_it_ends_after_a_few_attempts_with_the_last_error() -> None:
    told = Told(*(Throttled(str(number)) for number in range(ATTEMPTS)))
    with pytest.raises(Throttled, match=str(ATTEMPTS - 1)):
        await told.run("write")
    assert (told.calls, len(told.slept)) == (ATTEMPTS, ATTEMPTS - 1)


@given(st.integers(min_value=0, max_value=20))
async def test_pauses_are_jittered_under_a_growing_ceiling(number: int) -> None:
    told = Told(*(Throttled("x") for _ in range(ATTEMPTS)))
    with pytest.raises(Throttled):
        await told.run("read")
    for exponent, slept in enumerate(told.slept):
        assert 0 <= slept <= min(CAP_SECONDS, BASE_SECONDS * 2**exponent)


async def test_two_callers_do_not_pause_alike() -> None:
    found = set()
    for _ in range(20):
        told = Told(Throttled("x"), "done")
        await told.run("read")
        found.add(told.slept[0])
    assert len(found) > 1


async def test_a_cloud_that_says_how_long_to_wait_is_waited_for() -> None:
    told = Told(Throttled("x", retry_after=7.5), "done")
    await told.run("write")
    assert told.slept == [7.5]


async def test_a_longer_wait_than_is_patience_for_is_left_to_the_caller() -> None:
    told = Told(Throttled("x", retry_after=PATIENCE_SECONDS + 1))
    with pytest.raises(Throttled) as caught:
        await told.run("write")
    assert (told.calls, caught.value.retry_after) == (1, PATIENCE_SECONDS + 1)


@pytest.mark.parametrize(("left", "calls"), [(2.9, 1), (3.1, 2)])
async def test_no_repeat_begins_after_the_deadline(left: float, calls: int) -> None:
    told = Told(Throttled("x", retry_after=3), Throttled("y", retry_after=3))
    with deadline.kept(NOW + timedelta(seconds=left), NOW), pytest.raises(Throttled):
        await told.run("write")
    assert told.calls == calls


@pytest.mark.parametrize("later", [RegionDown("y"), NoPermission("y"), DeadlineExceeded("y"), Throttled("y")])
async def test_an_unknown_outcome_stays_unknown_when_the_repeat_does_not_settle_it(later: TollgateError) -> None:
    told = Told(OutcomeUnknown("x"), later, later)
    with pytest.raises(OutcomeUnknown):
        await told.run("write")


@pytest.mark.parametrize("later", [NoCapacity("y"), NotFound("y"), Rejected("y")])
async def test_an_unknown_outcome_is_settled_by_the_clouds_own_refusal(later: TollgateError) -> None:
    told = Told(OutcomeUnknown("x"), later)
    with pytest.raises(type(later)):
        await told.run("write")
