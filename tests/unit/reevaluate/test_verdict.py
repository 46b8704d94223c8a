"""Whether a deployment moves: never for less than policy says, never to and fro, never in a freeze."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.deployments import NOW, OFFER, TERMS, candidate, deployment, found, priced, standing
from workflow.model.emergency import Freeze
from workflow.model.reevaluation import Commitment, Reevaluation, Route
from workflow.reevaluate.migration import Migration
from workflow.reevaluate.standing import Standing
from workflow.reevaluate.verdict import Reason, Verdict, evaluate, threshold

CENTS = st.integers(0, 60_000)


def terms(**changes: Any) -> Reevaluation:
    """The usual terms, but for what is changed."""
    return Reevaluation.model_validate({**TERMS.model_dump(), **changes})


def codes(verdict: Verdict) -> list[str]:
    """Why it stays."""
    return [reason.code for reason in verdict.reasons]


def test_a_saving_that_lasted_is_proposed_with_what_it_is_made_of() -> None:
    target = candidate(5_000)
    assert evaluate(standing(open=found()), [candidate(7_000), target], TERMS, NOW) == Verdict(
        verdict="propose",
        reasons=(),
        target=target,
        counts=True,
        pays_cents_month=10_000,
        best_cents_month=5_000,
        saving_cents_month=5_000,
        migration=Migration(data_cents=450, overlap_cents=28, owed_cents=0, effort_cents=100),
        payback_hours=85,
    )


def test_where_policy_says_so_it_moves() -> None:
    assert evaluate(standing(open=found()), [candidate(5_000)], terms(action="move"), NOW).verdict == "move"


def test_a_saving_below_the_threshold_stays() -> None:
    verdict = evaluate(standing(open=found()), [candidate(8_600)], TERMS, NOW)
    assert verdict.reasons == (
        Reason(code="BELOW_THRESHOLD", words="$14.00 a month is less than the $15.00 that a move takes."),
    )
    assert verdict.counts


@pytest.mark.parametrize(
    ("changes", "offers", "expected"),
    [
        ({}, [], ["NOTHING_FITS"]),
        ({}, [candidate(10, verdict="deny")], ["NOTHING_FITS"]),
        ({}, [candidate(10).model_copy(update={"quota": "none free"})], ["NOTHING_FITS"]),
        ({"open": None}, [candidate(5_000)], ["NOT_YET"]),
        ({"open": found(23)}, [candidate(5_000)], ["NOT_YET"]),
        ({"settled_at": NOW - timedelta(hours=167)}, [candidate(5_000)], ["SETTLING"]),
        ({"settled_at": NOW - timedelta(hours=168)}, [candidate(5_000)], []),
        ({"freezes": (Freeze(scope="global", reason="Audit."),)}, [candidate(5_000)], ["FROZEN"]),
        ({"freezes": (Freeze(scope="tenant", name="acme", reason="Audit."),)}, [candidate(5_000)], ["FROZEN"]),
        ({"freezes": (Freeze(scope="tenant", name="acme", reason="Audit."),)}, [], ["FROZEN"]),
        ({"freezes": (Freeze(scope="cloud", name="gcp", reason="Audit."),)}, [], ["FROZEN"]),
        ({"freezes": (Freeze(scope="tenant", name="globex", reason="Audit."),)}, [candidate(5_000)], []),
        ({"freezes": (Freeze(scope="cloud", name="aws", reason="Audit."),)}, [candidate(5_000)], ["FROZEN"]),
        ({"freezes": (Freeze(scope="cloud", name="gcp", reason="Audit."),)}, [candidate(5_000)], ["FROZEN"]),
        ({"freezes": (Freeze(scope="cloud", name="azure", reason="Audit."),)}, [candidate(5_000)], []),
        ({"work": {"hours": 800}}, [candidate(5_000)], ["ENDS_SOON"]),
        ({"work": {"hours": 2_000}}, [candidate(5_000)], []),
    ],
)
def test_what_stands_in_the_way_is_named(changes: dict[str, Any], offers: list[Any], expected: list[str]) -> None:
    verdict = evaluate(standing(**{"open": found(), **changes}), offers, TERMS, NOW)
    assert (codes(verdict), verdict.verdict) == (expected, "stay" if expected else "propose")


def test_where_it_is_best_it_stays() -> None:
    here = candidate(4_000, "aws", region=OFFER.region, machine=OFFER.machine)
    verdict = evaluate(standing(open=found()), [here], TERMS, NOW)
    assert (codes(verdict), verdict.counts) == (["BEST_HERE"], False)


def test_a_bucket_is_never_moved() -> None:
    bucket = standing(open=found()).model_copy(update={"pays": priced(10_000, "aws", sells="bucket")})
    assert codes(evaluate(bucket, [candidate(100)], TERMS, NOW)) == ["HOLDS_DATA"]


def test_the_expected_price_of_interruptions_counts() -> None:
    spot = candidate(5_000)
    risky = spot.priced.cost.model_copy(update={"rework": 40_000_000})
    risky_spot = spot.model_copy(update={"priced": spot.priced.model_copy(update={"cost": risky})})
    assert evaluate(standing(open=found()), [risky_spot], TERMS, NOW).saving_cents_month == 1_000


def test_machines_that_are_committed_are_owed_to_the_end_of_it() -> None:
    ends = Commitment(tenant="acme", cloud="aws", families=["m7i"], until=date(2026, 11, 25))
    verdict = evaluate(standing(open=found()), [candidate(5_000)], terms(commitments=[ends.model_dump()]), NOW)
    assert verdict.migration == Migration(data_cents=450, overlap_cents=28, owed_cents=1_480, effort_cents=100)
    long = ends.model_copy(update={"until": date(2027, 11, 20)})
    assert codes(evaluate(standing(open=found()), [candidate(5_000)], terms(commitments=[long.model_dump()]), NOW)) == [
        "PAYBACK"
    ]
    others = [
        ends.model_copy(update={"tenant": "globex"}), ends.model_copy(update={"families": ["c7g"]}),
        ends.model_copy(update={"cloud": "gcp"}), ends.model_copy(update={"until": date(2026, 11, 20)}),
    ]  # fmt: skip
    free = evaluate(
        standing(open=found()), [candidate(5_000)], terms(commitments=[each.model_dump() for each in others]), NOW
    )
    assert (free.verdict, free.migration and free.migration.owed_cents) == ("propose", 0)


def test_data_leaves_only_where_the_place_is_another() -> None:
    near = candidate(5_000, "aws", region=OFFER.region, machine="m8i.large")
    verdict = evaluate(standing(open=found()), [near], TERMS, NOW)
    assert verdict.migration == Migration(data_cents=0, overlap_cents=28, owed_cents=0, effort_cents=100)


def test_traffic_without_a_target_in_the_new_cloud_keeps_it_where_it_is() -> None:
    route = Route(
        tenant="acme", project="default", cloud="aws", region="us-east-1", zone="Z1", record="wiki.example.com",
        type="A", targets={"aws": "a"},
    )  # fmt: skip
    whole = route.model_copy(update={"targets": {"aws": "a", "gcp": "g"}})
    by_route = [
        codes(evaluate(standing(open=found()), [candidate(5_000)], terms(routes=[each.model_dump()]), NOW))
        for each in (route, whole, route.model_copy(update={"project": "other"}))
    ]
    assert by_route == [["NO_TARGET"], [], []]


@given(pays=CENTS, costs=st.lists(CENTS, min_size=1, max_size=5), hours=st.floats(0, 400))
def test_nothing_moves_for_less_than_the_threshold(pays: int, costs: list[int], hours: float) -> None:
    verdict = evaluate(standing(pays, open=found(hours)), [candidate(each) for each in costs], TERMS, NOW)
    if verdict.verdict != "stay":
        assert pays - min(costs) >= threshold(pays, TERMS) >= max(TERMS.saving_cents_month, pays * 15 / 100)
        assert hours >= TERMS.hold_hours
        assert verdict.payback_hours is not None
        assert verdict.payback_hours <= TERMS.payback_hours


@given(pays=CENTS, offers=st.lists(st.tuples(CENTS, st.sampled_from(["allow", "ask", "deny"])), max_size=6))
def test_nothing_moves_where_the_gate_would_not_let_it_be(pays: int, offers: list[tuple[int, str]]) -> None:
    judged = [candidate(cents, verdict=verdict) for cents, verdict in offers]
    verdict = evaluate(standing(pays, open=found()), judged, TERMS, NOW)
    assert verdict.target is None or verdict.target.compliant
    assert verdict.target is not None or verdict.verdict == "stay"


@given(pays=CENTS, cost=CENTS, scope=st.sampled_from(["global", "tenant", "cloud"]))
def test_nothing_moves_in_a_freeze(pays: int, cost: int, scope: str) -> None:
    name = {"global": "", "tenant": "acme", "cloud": "aws"}[scope]
    stopped = (Freeze.model_validate({"scope": scope, "name": name, "reason": "x"}),)
    assert evaluate(standing(pays, open=found(), freezes=stopped), [candidate(cost)], TERMS, NOW).verdict == "stay"


@given(st.lists(st.tuples(CENTS, CENTS), min_size=2, max_size=60))
def test_prices_that_wander_move_it_once_in_its_time_to_settle_at_most(prices: list[tuple[int, int]]) -> None:
    """Every six hours both clouds have any prices at all; it lives in the one or the other."""
    here, there = "aws", "gcp"
    moved: list[datetime] = []
    since: datetime | None = None
    for number, (mine, other) in enumerate(prices):
        now = NOW + timedelta(hours=6 * number)
        at = found().model_copy(update={"found_at": since}) if since else None
        seen = Standing(
            deployment=deployment(), work=standing().work, brief=standing().brief, pays=priced(mine, here), open=at,
            settled_at=moved[-1] if moved else None,
        )  # fmt: skip
        verdict = evaluate(seen, [candidate(other, there)], terms(action="move"), now)
        since = (since or now) if verdict.counts else None
        if verdict.verdict == "move":
            assert mine - other >= threshold(mine, TERMS)
            here, there, since = there, here, None
            moved.append(now)
    assert all(after - before >= timedelta(hours=168) for before, after in pairwise(moved))


@given(st.lists(st.integers(-500, 500), min_size=8, max_size=40))
def test_noise_around_the_threshold_does_not_make_a_found_saving_new_again(noise: list[int]) -> None:
    """Within the band between finding and dropping, it stays found, so its time goes on."""
    for change in noise:
        verdict = evaluate(standing(open=found()), [candidate(8_500 + change)], TERMS, NOW)
        assert verdict.counts


def test_what_was_found_before_a_freeze_is_kept_through_it() -> None:
    stopped = (Freeze(scope="tenant", name="acme", reason="Audit."),)
    assert evaluate(standing(open=found(), freezes=stopped), [], TERMS, NOW).counts
    assert not evaluate(standing(freezes=stopped), [], TERMS, NOW).counts


def test_nothing_new_is_found_while_it_settles() -> None:
    assert not evaluate(standing(settled_at=NOW), [candidate(5_000)], TERMS, NOW).counts
