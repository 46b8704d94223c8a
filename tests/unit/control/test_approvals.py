"""What people's yes carries, and everything that it does not."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.tools import create_storage_bucket, provision_compute, release_resource
from mcp_handlers.tools.get_cost_estimate import Priced
from tests.fakes.clock import FixedClock
from tests.fakes.gate import NEED, ToldGate, always
from tests.fakes.offers import ADA, NOW, a_request, an_offer, priced
from workflow.control.approvals.diff import changes
from workflow.control.approvals.terms import objection, requirements
from workflow.control.decide import Control, PlanDecided
from workflow.control.pricing import price_of
from workflow.control.sign import Signer
from workflow.deploy.brief import brief
from workflow.deploy.draft import draft
from workflow.model.approval import Approval, ApprovalRequest, Asked, Lift, Requirement, Terms, lacking
from workflow.model.base import Json
from workflow.model.decision import Decision, Violation
from workflow.model.errors import BadRequest, Forbidden, NotFound
from workflow.model.plan import Cost, Plan
from workflow.model.principal import Principal
from workflow.model.workload import Workload
from workflow.store.store import open_store

GRACE = Principal(id="grace@example.com", tenant="acme", roles=("operator",))
HEIDI = Principal(id="heidi@example.com", tenant="acme", roles=("operator", "admin"))
EVE = Principal(id="eve@example.com", tenant="umbrella", roles=("operator", "admin"))
TOOLS = {t.name: t for t in (provision_compute.TOOL, create_storage_bucket.TOOL, release_resource.TOOL)}
TERMS = Terms(
    price_tolerance_percent=10,
    elevation=Requirement(code="ELEVATION", roles=("admin",), people=1, own=False, hours=24),
    elevation_hours=8,
)


@dataclass
class Bench:
    """A control plane whose gate asks about everything, and the price that the catalog has."""

    control: Control
    clock: FixedClock
    gate: ToldGate
    cents: list[int] = field(default_factory=lambda: [50])

    async def plan(self, plan: Plan, use: str = "", who: Principal = ADA) -> PlanDecided:
        """Decide it."""
        return await self.control.decide_plan(who, plan, "default", price_of(plan.cost), use=use)

    async def asked(self, plan: Plan) -> str:
        """The id of what people are asked about it."""
        decided = await self.plan(plan)
        assert decided.asked is not None
        return decided.asked.request.id

    async def approved(self, plan: Plan) -> str:
        """As `asked`, and Grace has said yes."""
        name = await self.asked(plan)
        await self.control.desk.say(GRACE, name, approved=True)
        return name

    async def refusal(self, plan: Plan, use: str = "u1") -> str:
        """The code of why it may not be done."""
        decided = await self.plan(plan, use)
        assert decided.decision.verdict == "deny"
        return decided.decision.violations[0].code

    async def kinds(self) -> list[str]:
        """What the ledger was told."""
        return [entry.event.kind for entry in await self.control.store.entries()]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Over a real store."""
    clock, gate, cents = FixedClock(NOW), ToldGate(says=always("ask")), [50]

    async def estimate(principal: Principal, cloud: str, wanted: Json) -> Priced | None:
        cost = Cost(hours=1, compute=cents[0] * 10_000, fee=0, storage=0, egress=0, rework=0)
        return Priced(offer=an_offer(), cost=cost)

    async with open_store(tmp_path / "t.db") as store:
        signer = Signer(Ed25519PrivateKey.from_private_bytes(b"\1" * 32), clock)
        control = Control(
            tools=TOOLS, gate=gate, store=store, signer=signer, clock=clock, estimate=estimate, terms=TERMS
        )
        yield Bench(control, clock, gate, cents)


def a_plan(run: str = "r1", cents: int = 50) -> Plan:
    """A machine for an hour."""
    taken = priced(cents * 10_000)
    return draft(a_request(id=run), brief(Workload(kind="batch", hours=1)), taken.offer, taken.cost, attempt=0)


async def test_a_persons_yes_to_this_plan_lets_it_through_and_holds_its_money(bench: Bench) -> None:
    plan = a_plan()
    await bench.approved(plan)
    decided = await bench.plan(plan, "u1")
    assert decided.decision.verdict == "allow"
    assert [(r.key, r.cents) for r in await bench.control.store.list_reservations("r1")] == [(plan.steps[0].key, 50)]
    assert await bench.kinds() == ["approval.asked", "decided", "approval.approved", "approval.used", "approved"]


async def test_until_somebody_answers_it_waits_and_asks_once(bench: Bench) -> None:
    first, again = await bench.plan(a_plan()), await bench.plan(a_plan(), "u1")
    assert (first.decision.verdict, again.decision.verdict) == ("ask", "ask")
    assert first.asked == again.asked
    assert await bench.kinds() == ["approval.asked", "decided", "asked_again"]


async def test_the_request_is_bound_to_plan_policy_requester_roles_and_time(bench: Bench) -> None:
    plan = a_plan()
    decided = await bench.plan(plan)
    assert decided.asked is not None
    request = decided.asked.request
    assert (request.subject, request.revision, request.requester) == (plan.digest, "told-1", ADA.id)
    assert (request.requirements[0].roles, request.expires_at) == (("operator",), NOW + timedelta(hours=72))
    assert (request.cost_cents, request.priced_cents, request.steps) == (50, 50, plan.steps)


async def test_a_no_denies_with_its_reason_even_if_the_policy_has_stopped_asking(bench: Bench) -> None:
    name = await bench.asked(a_plan())
    await bench.control.desk.say(GRACE, name, approved=False, reason="too dear")
    bench.gate.says = always("allow")
    decided = await bench.plan(a_plan(), "u1")
    assert decided.decision.verdict == "deny"
    assert decided.decision.violations[0].message == "grace@example.com said no: too dear"
    assert list(await bench.control.store.list_reservations("r1")) == []


async def test_a_changed_plan_finds_no_yes(bench: Bench) -> None:
    await bench.approved(a_plan())
    assert (await bench.plan(a_plan(cents=51), "u1")).decision.verdict == "ask"
    assert list(await bench.control.store.list_reservations("r1")) == []


async def test_anothers_request_finds_no_yes(bench: Bench) -> None:
    await bench.approved(a_plan())
    assert (await bench.plan(a_plan(), "u1", who=HEIDI)).decision.verdict == "ask"


@pytest.mark.parametrize(("cents", "stands"), [(50, True), (55, True), (56, False), (5_000, False), (1, True)])
async def test_a_yes_stands_for_a_price_within_the_tolerance_and_no_further(
    bench: Bench, cents: int, stands: bool
) -> None:
    await bench.approved(a_plan())
    bench.cents[0] = cents
    if stands:
        assert (await bench.plan(a_plan(), "u1")).decision.allowed
    else:
        assert await bench.refusal(a_plan()) == "APPROVAL_PRICE"
        bench.cents[0] = 50
        assert await bench.refusal(a_plan(), "u2") == "APPROVAL_REVOKED"


@pytest.mark.parametrize("answered", [True, False])
async def test_when_time_is_over_it_is_denied_and_says_so_once(bench: Bench, answered: bool) -> None:
    await (bench.approved(a_plan()) if answered else bench.asked(a_plan()))
    bench.clock.forward(hours=72)
    assert [await bench.refusal(a_plan(), use) for use in ("u1", "u2")] == ["APPROVAL_EXPIRED"] * 2
    assert (await bench.kinds()).count("approval.expired") == 1


async def test_a_revoked_yes_is_refused(bench: Bench) -> None:
    name = await bench.approved(a_plan())
    await bench.control.desk.revoke(GRACE, name)
    assert await bench.refusal(a_plan()) == "APPROVAL_REVOKED"


async def test_a_yes_is_used_once_and_its_use_can_be_finished_after_a_crash(bench: Bench) -> None:
    await bench.approved(a_plan())
    assert (await bench.plan(a_plan(), "u1")).decision.allowed
    assert (await bench.plan(a_plan(), "u1")).decision.allowed
    assert await bench.refusal(a_plan(), "u2") == "APPROVAL_USED"
    assert (await bench.kinds()).count("approval.used") == 1


async def test_of_twenty_that_go_on_with_one_yes_one_wins(bench: Bench) -> None:
    await bench.approved(a_plan())
    came = await asyncio.gather(*(bench.plan(a_plan(), f"u{number}") for number in range(20)))
    assert sorted(d.decision.verdict for d in came) == ["allow"] + ["deny"] * 19
    assert (await bench.control.store.spend("acme", "default", NOW)).tenant_month_cents == 50


async def test_another_policy_asks_anew_and_the_old_yes_is_void(bench: Bench) -> None:
    name = await bench.approved(a_plan())
    bench.gate.revision = "told-2"
    decided = await bench.plan(a_plan(), "u1")
    assert (decided.decision.verdict, decided.asked is not None and decided.asked.request.id != name) == ("ask", True)
    old = await bench.control.store.get_approval(name)
    assert old is not None
    assert old.state(NOW) == "revoked"


async def test_a_rule_that_asks_since_then_asks_anew(bench: Bench) -> None:
    await bench.approved(a_plan())
    bench.gate.needs = [NEED, NEED | {"code": "BUDGET_SOFT"}]
    assert (await bench.plan(a_plan(), "u1")).decision.verdict == "ask"


async def test_a_policy_that_stopped_asking_needs_no_yes(bench: Bench) -> None:
    name = await bench.asked(a_plan())
    bench.gate.says = always("allow")
    assert (await bench.plan(a_plan(), "u1")).decision.allowed
    asked = await bench.control.store.get_approval(name)
    assert asked is not None
    assert asked.state(NOW) == "revoked"


async def test_a_yes_never_lets_a_denial_through(bench: Bench) -> None:
    await bench.approved(a_plan())
    bench.gate.says = always("deny")
    assert await bench.refusal(a_plan()) == "TEST_RULE"


async def test_an_ask_that_names_nobody_is_a_denial(bench: Bench) -> None:
    bench.gate.needs = []
    assert await bench.refusal(a_plan(), "") == "APPROVAL_NOBODY"


async def test_nobody_approves_their_own_request_where_the_policy_says_so(bench: Bench) -> None:
    name, ada = await bench.asked(a_plan()), ADA.model_copy(update={"roles": ("operator",)})
    with pytest.raises(Forbidden, match="may not approve it"):
        await bench.control.desk.say(ada, name, approved=True)
    bench.gate.needs = [NEED | {"own": True}]
    other = await bench.asked(a_plan("r2"))
    assert (await bench.control.desk.say(ada, other, approved=True)).state(NOW) == "approved"


async def test_two_people_are_two_people(bench: Bench) -> None:
    bench.gate.needs = [NEED | {"people": 2}]
    name = await bench.asked(a_plan())
    for _ in range(2):
        assert (await bench.control.desk.say(GRACE, name, approved=True)).state(NOW) == "open"
    assert (await bench.plan(a_plan(), "u1")).decision.verdict == "ask"
    assert (await bench.control.desk.say(HEIDI, name, approved=True)).state(NOW) == "approved"


async def test_every_requirement_must_be_met(bench: Bench) -> None:
    bench.gate.needs = [NEED, NEED | {"code": "RISK", "roles": ["admin"]}]
    name = await bench.asked(a_plan())
    assert (await bench.control.desk.say(GRACE, name, approved=True)).state(NOW) == "open"
    assert (await bench.control.desk.say(HEIDI, name, approved=True)).state(NOW) == "approved"


async def test_who_has_no_say_cannot_approve_deny_or_revoke(bench: Bench) -> None:
    name, desk = await bench.asked(a_plan()), bench.control.desk
    bob = Principal(id="bob", tenant="acme", roles=("developer",))
    for attempt in (desk.say(bob, name, approved=True), desk.say(bob, name, approved=False), desk.revoke(bob, name)):
        with pytest.raises(Forbidden):
            await attempt
    for attempt in (desk.say(EVE, name, approved=True), desk.revoke(EVE, name)):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(NotFound):
        await desk.show(EVE, name)
    assert (await desk.revoke(ADA, name)).state(NOW) == "revoked"


async def test_a_step_of_an_approved_plan_may_be_done_and_a_changed_one_may_not(bench: Bench) -> None:
    plan = a_plan()
    await bench.approved(plan)
    await bench.plan(plan, "u1")
    (step,) = plan.steps
    same = await bench.control.decide_call(ADA, provision_compute.TOOL, "aws", step.arguments, run="r1", step=step.name)
    other = await bench.control.decide_call(
        ADA, provision_compute.TOOL, "aws", step.arguments | {"count": 2}, run="r1", step=step.name
    )
    assert (same.leave is not None, other.leave) == (True, None)


async def test_a_single_call_is_a_plan_of_one_step_that_goes_through_once(bench: Bench) -> None:
    (step,) = a_plan().steps

    async def call() -> Any:
        return await bench.control.decide_call(ADA, provision_compute.TOOL, "aws", step.arguments, run="m1", step="c")

    waits = await call()
    assert (waits.decision.verdict, waits.leave) == ("ask", None)
    await bench.control.desk.say(GRACE, waits.asked.request.id, approved=True)
    goes = await call()
    assert goes.leave is not None
    await bench.control.store.release(goes.key)
    again = await call()
    assert (again.decision.verdict, again.leave) == ("ask", None)
    assert again.asked.request.id != waits.asked.request.id


async def test_a_call_that_somebody_denied_is_not_asked_about_again_at_once(bench: Bench) -> None:
    (step,) = a_plan().steps
    tool = provision_compute.TOOL
    waits = await bench.control.decide_call(ADA, tool, "aws", step.arguments, run="m1", step="c")
    assert waits.asked is not None
    await bench.control.desk.say(GRACE, waits.asked.request.id, approved=False)
    for hours, verdict in ((0, "deny"), (71, "deny"), (1, "ask")):
        bench.clock.forward(hours=hours)
        decided = await bench.control.decide_call(ADA, tool, "aws", step.arguments, run="m1", step="c")
        assert decided.decision.verdict == verdict


async def test_a_call_whose_question_expired_is_asked_about_anew_and_the_ledger_says_so(bench: Bench) -> None:
    (step,) = a_plan().steps
    tool = provision_compute.TOOL
    first = await bench.control.decide_call(ADA, tool, "aws", step.arguments, run="m1", step="c")
    bench.clock.forward(hours=72)
    again = await bench.control.decide_call(ADA, tool, "aws", step.arguments, run="m1", step="c")
    assert (again.decision.verdict, again.asked == first.asked) == ("ask", False)
    told = ["approval.asked", "call.decided", "approval.expired", "approval.asked", "call.decided"]
    assert await bench.kinds() == told


async def test_a_lent_role_reaches_the_gate_for_its_time_and_is_written_down(bench: Bench) -> None:
    asked = await bench.control.desk.ask_role(ADA, Lift(role="operator", hours=2), "the night shift", "told-1")
    with pytest.raises(Forbidden):
        await bench.control.desk.say(GRACE, asked.request.id, approved=True)
    assert "operator" not in (await bench.control.elevated(ADA, "r1")).roles
    await bench.control.desk.say(HEIDI, asked.request.id, approved=True)
    await bench.plan(a_plan())
    assert bench.gate.asked[-1]["principal"]["roles"] == sorted([*ADA.roles, "operator"])
    bench.clock.forward(hours=2)
    await bench.plan(a_plan("r2"))
    assert bench.gate.asked[-1]["principal"]["roles"] == sorted(ADA.roles)
    assert [kind for kind in await bench.kinds() if "elev" in kind] == ["elevation.granted"]


async def test_a_role_lent_once_is_for_the_first_run_that_writes_with_it(bench: Bench) -> None:
    asked = await bench.control.desk.ask_role(ADA, Lift(role="operator", hours=2, once=True), "one job", "told-1")
    await bench.control.desk.say(HEIDI, asked.request.id, approved=True)
    assert "operator" in (await bench.control.elevated(ADA, "r2")).roles
    await bench.plan(a_plan("r1"))
    assert "operator" in (await bench.control.elevated(ADA, "r1")).roles
    assert "operator" not in (await bench.control.elevated(ADA, "r2")).roles


async def test_a_lent_role_can_be_taken_back(bench: Bench) -> None:
    asked = await bench.control.desk.ask_role(ADA, Lift(role="operator", hours=2), "why not", "told-1")
    await bench.control.desk.say(HEIDI, asked.request.id, approved=True)
    await bench.control.desk.revoke(HEIDI, asked.request.id, "shift is over")
    assert (await bench.control.elevated(ADA, "r1")).roles == ADA.roles
    with pytest.raises(BadRequest):
        await bench.control.desk.revoke(HEIDI, asked.request.id)


@pytest.mark.parametrize(
    ("lift", "reason"),
    [
        (Lift(role="developer", hours=1), "x"),
        (Lift(role="operator", hours=9), "x"),
        (Lift(role="operator", hours=1), " "),
    ],
    ids=["a role that is had", "too long", "no reason"],
)
async def test_a_role_is_not_asked_for_without_need(bench: Bench, lift: Lift, reason: str) -> None:
    with pytest.raises(BadRequest):
        await bench.control.desk.ask_role(ADA, lift, reason, "told-1")


async def test_the_diff_says_create_and_destroy_with_every_argument(bench: Bench) -> None:
    decided = await bench.plan(a_plan())
    assert decided.asked is not None
    (change,) = changes(decided.asked.request, TOOLS)
    assert (change.sign, change.title, change.where, change.cost) == (
        "+",
        "provision_compute",
        "aws eu-west-1",
        "$0.50",
    )
    assert ("machine", "m6i.large") in change.details
    assert ("tags.owner", ADA.id) in change.details
    resource = {"cloud": "aws", "kind": "bucket", "id": "b1", "region": "eu-west-1", "zone": ""}
    gone = await bench.control.decide_call(
        ADA, release_resource.TOOL, "aws", {"resource": resource, "tenant": "acme"}, run="m1", step="c"
    )
    assert gone.asked is not None
    (change,) = changes(gone.asked.request, TOOLS)
    assert (change.sign, change.title, change.where) == ("-", "release_resource", "aws eu-west-1")


PEOPLE = st.sampled_from(["ana", "bob", "cleo", "dan"])
ROLES = st.sets(st.sampled_from(["operator", "admin", "viewer"])).map(lambda found: tuple(sorted(found)))


@given(
    words=st.lists(st.tuples(PEOPLE, ROLES), max_size=8),
    people=st.integers(1, 4),
    own=st.booleans(),
    roles=st.sets(st.sampled_from(["operator", "admin"]), min_size=1).map(tuple),
)
def test_a_requirement_is_met_by_as_many_entitled_people_whatever_they_repeat(
    words: list[tuple[str, tuple[str, ...]]], people: int, own: bool, roles: tuple[str, ...]
) -> None:
    need = Requirement(code="R", roles=roles, people=people, own=own, hours=1)
    request = ApprovalRequest(
        id="a1", kind="plan", tenant="acme", run="r1", requester="ana", subject="d", revision="r", cost_cents=0,
        requirements=(need,), asked_at=NOW, expires_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    said = [
        Approval(request="a1", subject="d", approver=who, roles=held, approved=True, decided_at=NOW)
        for who, held in words
    ]
    entitled = {who for who, held in words if set(held) & set(roles) and (own or who != "ana")}
    assert (lacking(request, said) == ()) == (len(entitled) >= people)


@given(was=st.integers(0, 10**12), now=st.integers(0, 10**12), percent=st.integers(0, 100))
def test_the_tolerance_is_exact_to_the_cent(was: int, now: int, percent: int) -> None:
    request = ApprovalRequest(
        id="a1", kind="plan", tenant="acme", run="r1", requester="ana", subject="d", revision="r", cost_cents=0,
        priced_cents=was, tolerance_percent=percent, asked_at=NOW, expires_at=NOW + timedelta(hours=1),
        requirements=(Requirement(code="R", roles=("operator",), people=1, own=False, hours=1),),
    )  # fmt: skip
    decision = Decision(verdict="ask", revision="r", input_digest="i")
    refused = objection(Asked(request=request), decision, "d", now) is not None
    assert refused == (now > was + was * percent // 100)


@pytest.mark.parametrize(
    "approvals",
    [
        None,
        "operator",
        [{}],
        [NEED | {"people": 0}],
        [NEED | {"roles": []}],
        [NEED | {"more": 1}],
        [NEED | {"code": "X"}],
    ],
)
def test_requirements_that_are_not_well_said_are_none(approvals: Any) -> None:
    violations = (Violation(code="TEST_RULE", message="m", remedy="r"),)
    obligations = {} if approvals is None else {"approvals": approvals}
    decision = Decision(verdict="ask", violations=violations, obligations=obligations, revision="r", input_digest="i")
    assert requirements(decision) == ()
