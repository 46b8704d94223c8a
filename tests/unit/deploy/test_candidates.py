"""Ranking, choosing, what was saved, and why the others lost."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.tools.get_cost_estimate import Priced
from tests.fakes.offers import priced
from workflow.deploy.candidates import Candidate, choose, refusal, savings
from workflow.model.decision import Decision, Verdict, Violation
from workflow.model.run import Savings


def judged(offer: Priced, verdict: Verdict = "allow", *codes: str, quota: str = "") -> Candidate:
    """A candidate with this verdict and these violations."""
    violations = tuple(Violation(code=c, message=f"{c} says no.", remedy="Change it.") for c in codes)
    decision = Decision(verdict=verdict, violations=violations, revision="v", input_digest="d")
    return Candidate(priced=offer, decision=decision, quota=quota)


def test_the_cheapest_compliant_candidate_is_taken_and_the_others_say_why_they_lost() -> None:
    found = choose(
        [
            judged(priced(300_000, region="eu-west-3")),
            judged(priced(100_000, region="us-east-1"), "deny", "RESIDENCY"),
            judged(priced(200_000, region="eu-west-1")),
            judged(priced(150_000, region="eu-west-2"), quota="quota: 8 vCPUs needed, 0 free of 0"),
            judged(priced(120_000, region="eu-north-1"), "ask", "BUDGET_SOFT"),
        ]
    )
    lost = [(c.priced.offer.region, found.why_lost(i)) for i, c in enumerate(found.candidates)]
    assert lost == [
        ("eu-west-2", "quota: 8 vCPUs needed, 0 free of 0"),
        ("eu-west-1", ""),
        ("eu-west-3", "$0.10 dearer"),
        ("eu-north-1", "needs approval"),
        ("us-east-1", "RESIDENCY"),
    ]
    assert found.choice is not None
    assert found.choice.priced.offer.region == "eu-west-1"
    assert found.removed == {"BUDGET_SOFT": 1, "QUOTA": 1, "RESIDENCY": 1}


def test_expected_rework_ranks_but_is_not_billed() -> None:
    spot = judged(priced(100_000, rework=60_000, purchase="spot"))
    steady = judged(priced(150_000))
    found = choose([spot, steady])
    assert found.choice == steady
    assert found.why_lost(1) == "$0.06 more expected rework"


def test_nothing_compliant_chooses_nothing_and_counts_every_rule() -> None:
    found = choose(
        [
            judged(priced(1, region="a-1"), "deny", "RESIDENCY", "BUDGET_REQUEST"),
            judged(priced(2, region="b-1"), "deny", "RESIDENCY"),
        ]
    )
    decision = refusal(found, "v9")
    assert found.chosen is None
    assert (decision.verdict, decision.revision) == ("deny", "v9")
    assert [(v.code, v.message) for v in decision.violations] == [
        ("RESIDENCY", "RESIDENCY says no. (stood against 2 of 2 candidates)"),
        ("BUDGET_REQUEST", "BUDGET_REQUEST says no. (stood against 1 of 2 candidates)"),
    ]


def test_savings_are_against_the_dearest_and_the_median_of_the_compliant() -> None:
    found = choose([judged(priced(p)) for p in (1_000_000, 2_000_000, 5_000_000, 9_000_000)])
    assert savings(found) == Savings(compliant=4, against_dearest_cents=800, against_median_cents=250)
    denied = choose([judged(priced(10), "deny", "X"), judged(priced(20_000))])
    assert savings(denied) == Savings(compliant=1, against_dearest_cents=0, against_median_cents=0)


candidates = st.builds(
    judged,
    st.builds(
        priced,
        st.integers(1, 10**7),
        st.integers(0, 10**6),
        region=st.sampled_from(["eu-west-1", "eu-west-2", "eu-west-3"]),
        machine=st.sampled_from(["a1.x", "b1.x"]),
    ),
    st.sampled_from(["allow", "deny", "ask"]),
    quota=st.sampled_from(["", "", "none free"]),
)


@given(st.lists(candidates, max_size=12, unique_by=lambda c: c.rank), st.randoms())
def test_the_choice_never_depends_on_who_answered_first(found: list[Candidate], order: Any) -> None:
    shuffled = list(found)
    order.shuffle(shuffled)
    assert choose(shuffled) == choose(found)


@given(st.lists(candidates, max_size=12))
def test_the_choice_is_never_denied_never_without_quota_and_never_dearer_than_another(found: list[Candidate]) -> None:
    choice = choose(found).choice
    able = [c for c in found if c.decision.verdict != "deny" and not c.quota]
    assert (choice is None) == (not able)
    if choice is not None:
        peers = [c for c in able if c.decision.verdict == choice.decision.verdict]
        assert choice in able
        assert choice.priced.cost.ranked == min(c.priced.cost.ranked for c in peers)
        assert choice.decision.verdict == "allow" or all(c.decision.verdict == "ask" for c in able)
