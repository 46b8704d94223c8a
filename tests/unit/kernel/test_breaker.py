"""A circuit opens after failures in a row, lets one call through to see, and closes when that is answered."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.kernel.breaker import MOST, PAUSE, THRESHOLD, Breakers, Standing
from tests.fakes.world import NOW
from workflow.model.errors import CloudDown, NotFound, OutcomeUnknown, RegionDown, Throttled, TollgateError

HERE = "eu-west-1"


def failing(breakers: Breakers, error: TollgateError, times: int = THRESHOLD) -> None:
    """So many calls in a row that are admitted and end in the error."""
    for _ in range(times):
        breakers.admit(HERE, NOW)
        breakers.settle(HERE, error, NOW)


@pytest.mark.parametrize("error", [RegionDown("x"), OutcomeUnknown("x")])
def test_after_failures_in_a_row_calls_are_refused_and_told_when_to_ask_again(error: TollgateError) -> None:
    breakers = Breakers("aws")
    failing(breakers, error)
    with pytest.raises(RegionDown, match="aws eu-west-1 has not answered 5 times in a row") as caught:
        breakers.admit(HERE, NOW + timedelta(seconds=10))
    assert caught.value.retry_after == 20.0


def test_a_cloud_that_is_down_is_refused_as_a_cloud() -> None:
    breakers = Breakers("aws")
    failing(breakers, CloudDown("x"))
    with pytest.raises(CloudDown, match="aws has not answered"):
        breakers.admit(HERE, NOW)


def test_fewer_failures_change_nothing() -> None:
    breakers = Breakers("aws")
    failing(breakers, RegionDown("x"), THRESHOLD - 1)
    breakers.admit(HERE, NOW)


@pytest.mark.parametrize("answer", [None, NotFound("x"), Throttled("x")])
def test_any_answer_between_failures_begins_the_count_again(answer: TollgateError | None) -> None:
    breakers = Breakers("aws")
    failing(breakers, RegionDown("x"), THRESHOLD - 1)
    breakers.settle(HERE, answer, NOW)
    failing(breakers, RegionDown("x"), THRESHOLD - 1)
    breakers.admit(HERE, NOW)


def test_other_regions_are_not_affected() -> None:
    breakers = Breakers("aws")
    failing(breakers, RegionDown("x"))
    breakers.admit("eu-central-1", NOW)


def test_after_the_pause_one_call_goes_through_and_the_others_wait_for_what_it_finds() -> None:
    told: list[tuple[str, str]] = []
    breakers = Breakers("aws", tell=lambda region, phase: told.append((region, phase)))
    failing(breakers, RegionDown("x"))
    later = NOW + PAUSE
    breakers.admit(HERE, later)
    with pytest.raises(RegionDown):
        breakers.admit(HERE, later)
    breakers.settle(HERE, None, later)
    breakers.admit(HERE, later)
    breakers.admit(HERE, later)
    assert told == [(HERE, "open"), (HERE, "half_open"), (HERE, "closed")]


def test_a_probe_that_fails_opens_it_again_at_once() -> None:
    breakers = Breakers("aws")
    failing(breakers, RegionDown("x"))
    later = NOW + PAUSE
    breakers.admit(HERE, later)
    breakers.settle(HERE, RegionDown("x"), later)
    with pytest.raises(RegionDown):
        breakers.admit(HERE, later + PAUSE / 2)


def test_a_probe_that_never_comes_back_does_not_keep_it_shut() -> None:
    breakers = Breakers("aws")
    failing(breakers, RegionDown("x"))
    breakers.admit(HERE, NOW + PAUSE)
    breakers.admit(HERE, NOW + 2 * PAUSE)


def test_callers_cannot_make_it_remember_without_end() -> None:
    breakers = Breakers("aws")
    for number in range(MOST + 50):
        breakers.settle(f"nowhere-{number}", RegionDown("x"), NOW)
    assert len(breakers._circuits) == MOST


@given(st.lists(st.sampled_from(["fail", "answer", "wait"]), max_size=60))
def test_it_refuses_only_within_a_pause_of_enough_failures_in_a_row(happenings: list[str]) -> None:
    """Against a model that only counts."""
    breakers, now, in_a_row, last = Breakers("aws"), NOW, 0, NOW
    for happening in happenings:
        if happening == "wait":
            now += PAUSE
            continue
        try:
            breakers.admit(HERE, now)
        except RegionDown:
            assert in_a_row >= THRESHOLD
            assert now < last + PAUSE
            continue
        assert in_a_row < THRESHOLD or now >= last + PAUSE
        in_a_row, last = (in_a_row + 1, now) if happening == "fail" else (0, now)
        breakers.settle(HERE, RegionDown("x") if happening == "fail" else None, now)


def test_what_is_not_closed_is_told_until_it_closes() -> None:
    breakers = Breakers("aws")
    failing(breakers, RegionDown("x"), THRESHOLD - 1)
    assert breakers.standing(NOW) == []
    failing(breakers, RegionDown("x"), 1)
    assert breakers.standing(NOW + timedelta(seconds=10)) == [Standing(HERE, "open", THRESHOLD, 20.0)]
    assert breakers.standing(NOW + PAUSE) == [Standing(HERE, "half_open", THRESHOLD, 0.0)]
    breakers.settle(HERE, None, NOW + PAUSE)
    assert breakers.standing(NOW + PAUSE) == []
