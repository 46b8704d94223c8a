"""Asking the gate only where an answer does not follow from another one comes to what asking about every offer does."""

import asyncio
from dataclasses import dataclass, field
from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.registry import contracts
from mcp_handlers.tools.get_cost_estimate import Priced
from policies.engine.embedded import Embedded
from tests.fakes.offers import NOW, a_request, priced
from workflow.deploy.brief import Brief, brief
from workflow.deploy.candidates import Candidate
from workflow.deploy.jury import Jury
from workflow.deploy.precedents import Precedents
from workflow.model.base import Json
from workflow.model.decision import Decision, Violation
from workflow.model.ports import Gate, Spend
from workflow.model.principal import Principal
from workflow.model.workload import Workload


@cache
def real() -> Embedded:
    """The packaged policies."""
    return Embedded()


@dataclass
class Counting:
    """A gate that counts, over the packaged policies or an answer of its own."""

    answer: Decision | None = None
    questions: list[Json] = field(default_factory=list)
    revision: str = "v1"

    async def decide(self, question: Json) -> Decision:
        """The real word, unless told otherwise."""
        self.questions.append(question)
        return self.answer or await real().decide(question)


def a_brief(**given_: object) -> Brief:
    """What a workload of these fields comes to."""
    return brief(Workload.model_validate({"kind": "training", "hours": 6, **given_}))


def a_jury(
    gate: Gate, wanted: Brief, precedents: Precedents | None = None, *, spent: int = 0, roles: tuple[str, ...] = ()
) -> Jury:
    """A round of Ada's, who has the given roles or her own."""
    request = a_request()
    if roles:
        who = Principal(id="ada@example.com", tenant="acme", roles=roles)
        request = request.model_copy(update={"principal": who})
    spend = Spend(tenant_month_cents=spent, project_month_cents=spent)
    return Jury(gate, contracts(), Precedents() if precedents is None else precedents, request, wanted, 0, spend, NOW)


def verdicts(found: list[Candidate]) -> list[tuple[object, ...]]:
    """What must be the same: order, verdict, obligations and codes."""
    return [
        (
            c.rank,
            c.decision.verdict,
            c.decision.obligations if c.compliant else None,
            [v.code for v in c.decision.violations],
        )
        for c in found
    ]


places = st.sampled_from(
    [("aws", "eu-west-1"), ("aws", "us-east-1"), ("aws", "mars-1"), ("azure", "westeurope"), ("gcp", "me-central2")]
)
MACHINES: list[Json] = [
    {"machine": "m6i.large", "family": "m6i"},
    {"machine": "p4d.24xlarge", "family": "p4d", "gpu": "A100", "gpu_count": 8},
    {"machine": "x9.metal", "family": "x9"},
]


@st.composite
def offers(draw: st.DrawFn) -> list[Priced]:
    """Up to a dozen offers, no two of the same machine in the same place bought the same way."""
    found: dict[tuple[object, ...], Priced] = {}
    for _ in range(draw(st.integers(0, 12))):
        (cloud, region), machine = draw(places), draw(st.sampled_from(MACHINES))
        purchase = draw(st.sampled_from(["on_demand", "spot"]))
        cost = draw(st.integers(1, 4_000_000_000))
        rework = draw(st.integers(0, 10**7))
        found[cloud, region, machine["machine"], purchase] = priced(
            cost, rework, cloud=cloud, region=region, purchase=purchase, **machine
        )
    return list(found.values())


caps = st.sampled_from([{}, {"budget_usd": 10, "budget_per": "run"}, {"budget_usd": 1_000, "budget_per": "hour"}])
briefs = st.builds(
    lambda cap, **given_: a_brief(**cap, **given_),
    caps,
    kind=st.sampled_from(["training", "batch", "service"]),
    residency=st.sampled_from([(), ("EU",)]),
    personal_data=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@example([], [priced(400_002), priced(400_001, purchase="spot")], a_brief(), 0, ())
@given(offers(), offers(), briefs, st.sampled_from([0, 90_000]), st.sampled_from([(), ("ml-engineer",), ("viewer",)]))
def test_what_follows_is_what_the_gate_would_have_said(
    before: list[Priced], sold: list[Priced], wanted: Brief, spent: int, roles: tuple[str, ...]
) -> None:
    precedents = Precedents()
    asyncio.run(a_jury(real(), wanted, precedents, spent=spent, roles=roles).judged(before))
    jury = a_jury(real(), wanted, precedents, spent=spent, roles=roles)
    assert verdicts(asyncio.run(jury.judged(sold))) == verdicts(asyncio.run(jury.thorough(sold)))


def many(purchase: str = "on_demand") -> list[Priced]:
    """Forty prices in two places, one of them outside the EU."""
    return [
        priced(1_000_000 * n, region=region, machine=f"m6i.{n}", family="m6i", purchase=purchase)
        for n in range(1, 21)
        for region in ("eu-west-1", "us-east-1")
    ]


def test_the_gate_is_asked_a_few_times_about_many_offers_and_what_was_not_asked_says_so() -> None:
    wanted = a_brief(kind="batch", residency=("EU",), budget_usd=10, budget_per="run")
    gate, precedents = Counting(), Precedents()
    asyncio.run(a_jury(gate, wanted, precedents).judged(many()))
    gate.questions.clear()
    found = asyncio.run(a_jury(gate, wanted, precedents).judged(many()))
    assert len(gate.questions) <= 6
    assert sum(c.asked for c in found) == len(gate.questions)
    dear = next(c for c in found if c.priced.offer.machine == "m6i.15" and c.priced.offer.region == "us-east-1")
    assert (dear.asked, [v.code for v in dear.decision.violations]) == (False, ["BUDGET_REQUEST", "RESIDENCY"])
    message = "Already at $11.00: It would cost $11.00 per run; the request allows $10.00."
    assert dear.decision.violations[0].message == message


def test_the_best_offer_is_always_asked_about() -> None:
    wanted, precedents = a_brief(kind="batch"), Precedents()
    asyncio.run(a_jury(real(), wanted, precedents).judged(many()))
    found = asyncio.run(a_jury(real(), wanted, precedents).judged(many()))
    assert (found[0].asked, found[0].decision.verdict) == (True, "allow")


def test_where_a_rule_of_another_kind_objects_the_gate_is_asked_about_every_offer() -> None:
    frozen = Violation(code="FREEZE", message="No changes today.", remedy="Wait.")
    no = Decision(verdict="deny", violations=(frozen,), revision="v1", input_digest="d")
    precedents = Precedents()
    asyncio.run(a_jury(Counting(), a_brief(kind="batch"), precedents).judged(many()))
    found = asyncio.run(a_jury(Counting(answer=no), a_brief(kind="batch"), precedents).judged(many()))
    assert all(c.asked and c.decision.violations == (frozen,) for c in found)


def test_nothing_is_carried_over_to_other_policies() -> None:
    wanted, precedents = a_brief(kind="batch", residency=("EU",)), Precedents()
    asyncio.run(a_jury(Counting(), wanted, precedents).judged(many()))
    later = Counting(revision="v2")
    asyncio.run(a_jury(later, wanted, precedents).judged(many()))
    assert {q["action"]["region"] for q in later.questions} == {"eu-west-1", "us-east-1"}
    first = later.questions[0]["resource"]["machine"]
    assert len({q["resource"]["machine"] for q in later.questions} - {first}) > 5
