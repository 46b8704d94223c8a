"""Where a run goes on when a place lets it down, and when a cloud and its spot machines are trusted again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.offers import NOW, an_offer
from workflow.deploy.failover import Loss, Terms, due, exclude, gives_up_spot, is_back, lost_spot, skipped
from workflow.deploy.state import Trouble
from workflow.model.errors import CloudDown, NoCapacity, RegionDown, Unhealthy
from workflow.model.offer import Exclusion, Offer
from workflow.model.outage import Degraded
from workflow.model.resource import Health

TERMS = Terms(
    probe_seconds=60, good_probes=3, good_minutes=5, region_refusals=3, cloud_regions=2, spot_losses=2, spot_hours=24
)
DOWN = Degraded(cloud="aws", reason="no answer", since=NOW)
REFUSED = Trouble.of(NoCapacity("none"))


def refusals(offers: list[Offer], **named: int) -> list[Exclusion]:
    """What is excluded, one after the other, where each of these refuses capacity."""
    found: list[Exclusion] = []
    for offer in offers:
        place = exclude(offer, REFUSED, found, TERMS, **named)
        assert place is not None
        found.append(place)
    return found


def places(found: list[Exclusion]) -> list[tuple[str, str, str]]:
    """Cloud, region and zone of each."""
    return [(one.cloud, one.region, one.zone) for one in found]


def zones(region: str) -> list[Offer]:
    """The same machine in three zones of a region."""
    return [an_offer(region=region, zone=f"{region}{letter}") for letter in "abc"]


def test_refused_capacity_leaves_the_zone_then_the_region_then_the_cloud() -> None:
    found = refusals([*zones("eu-west-1"), *zones("eu-west-3")])
    assert places(found) == [
        ("aws", "eu-west-1", "eu-west-1a"),
        ("aws", "eu-west-1", "eu-west-1b"),
        ("aws", "eu-west-1", ""),
        ("aws", "eu-west-3", "eu-west-3a"),
        ("aws", "eu-west-3", "eu-west-3b"),
        ("aws", "", ""),
    ]


def test_the_only_region_or_cloud_that_was_asked_for_is_never_left() -> None:
    assert places(refusals(zones("eu-west-1"), regions=1))[-1] == ("aws", "eu-west-1", "eu-west-1c")
    assert places(refusals([*zones("eu-west-1"), *zones("eu-west-3")], clouds=1))[-1] == ("aws", "eu-west-3", "")


@pytest.mark.parametrize(
    ("error", "place"),
    [
        (CloudDown("m"), ("aws", "", "")),
        (RegionDown("m"), ("aws", "eu-west-1", "")),
        (Unhealthy("m"), ("aws", "eu-west-1", "z")),
    ],
)
def test_a_trouble_leaves_the_place_that_it_speaks_of(
    error: CloudDown | RegionDown | Unhealthy, place: tuple[str, str, str]
) -> None:
    found = exclude(an_offer(zone="z"), Trouble.of(error), [], TERMS)
    assert found is not None
    assert places([found]) == [place]


offers = st.builds(
    lambda cloud, region, zone, machine: an_offer(cloud=cloud, region=region, zone=zone, machine=machine),
    *(st.sampled_from(names) for names in (["aws", "gcp"], ["r1", "r2", "r3"], ["", "a", "b"], ["m1", "m2"])),
)


@given(st.lists(offers, max_size=40), st.integers(0, 2), st.integers(0, 2))
def test_however_places_refuse_each_is_covered_by_what_is_left_out(
    sequence: list[Offer], regions: int, clouds: int
) -> None:
    found: list[Exclusion] = []
    for offer in sequence:
        if any(e.covers(offer) for e in found):
            continue
        place = exclude(offer, REFUSED, found, TERMS, regions=regions, clouds=clouds)
        assert place is not None
        assert place.covers(offer)
        found.append(place)


def probed(*answers: tuple[float, bool]) -> Degraded:
    """The outage after probes at these minutes."""
    outage = DOWN
    for minutes, answered in answers:
        outage = outage.after(NOW + timedelta(minutes=minutes), answered=answered)
    return outage


@pytest.mark.parametrize(
    ("answers", "back"),
    [
        ([(1, True), (3, True), (6, True)], True),
        ([(1, True), (6, True)], False),
        ([(1, True), (2, True), (3, True)], False),
        ([(1, True), (3, False), (4, True), (6, True), (7, True)], False),
        ([], False),
    ],
)
def test_a_cloud_is_taken_back_after_enough_good_probes_over_enough_time(
    answers: list[tuple[float, bool]], back: bool
) -> None:
    assert is_back(probed(*answers), TERMS) is back


def test_a_probe_is_due_when_its_time_has_come() -> None:
    assert [due(DOWN, NOW + timedelta(seconds=s), TERMS) for s in (59, 60)] == [False, True]
    assert [due(probed((1, False)), NOW + timedelta(seconds=s), TERMS) for s in (119, 120)] == [False, True]


def health(status: str, kind: str = "instance") -> Health:
    """Of one thing."""
    made = {"cloud": "aws", "kind": kind, "id": "x", "region": "eu-west-1"}
    return Health.model_validate({"resource": made, "status": status, "detail": "", "checked_at": NOW})


@pytest.mark.parametrize(
    ("purchase", "ill", "lost"),
    [
        ("spot", health("gone"), True),
        ("spot", health("reclaimed", "job"), True),
        ("spot", health("gone", "bucket"), False),
        ("spot", health("unhealthy"), False),
        ("on_demand", health("gone"), False),
    ],
)
def test_what_the_cloud_took_back_is_told_from_what_is_ill(purchase: str, ill: Health, lost: bool) -> None:
    assert lost_spot(an_offer(purchase=purchase), [ill]) is lost


def test_spot_is_given_up_on_the_cloud_that_took_back_too_much_lately() -> None:
    lost = [Loss(cloud="aws", at=NOW - timedelta(hours=h)) for h in (1, 30)]
    assert not gives_up_spot(lost, "aws", NOW, TERMS)
    again = [*lost, Loss(cloud="aws", at=NOW)]
    assert [gives_up_spot(again, cloud, NOW, TERMS) for cloud in ("aws", "gcp")] == [True, False]


def test_a_run_leaves_a_degraded_cloud_out_and_says_why() -> None:
    expected = Exclusion(cloud="aws", reason="DEGRADED since 2026-11-20 12:00 UTC: no answer")
    assert skipped(DOWN) == expected
