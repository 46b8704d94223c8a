"""The control plane's judgement: money held with the decision, Grants only for what was allowed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from functions.registry import contract, tool_names
from mcp_handlers.kernel.grant import HEADER, check
from mcp_handlers.kernel.jws import Keys
from mcp_handlers.tools import create_storage_bucket, get_health, provision_compute
from mcp_handlers.tools.get_cost_estimate import Priced
from tests.fakes.clock import FixedClock
from tests.fakes.gate import ToldGate, always
from tests.fakes.offers import ADA, NOW, a_request, an_offer, priced
from workflow.control.decide import Control
from workflow.control.judging import together
from workflow.control.pricing import FREE, needs, price_of
from workflow.control.sign import Signer
from workflow.deploy.brief import brief
from workflow.deploy.draft import draft
from workflow.model.base import Json, digest
from workflow.model.decision import Decision, Verdict
from workflow.model.plan import Cost, Plan
from workflow.model.ports import Spend
from workflow.model.principal import Principal
from workflow.model.workload import Workload
from workflow.store.store import open_store

TAGS = {"tenant": "acme", "project": "default", "run": "r1", "owner": ADA.id, "environment": "development"}
MACHINE = provision_compute.Input.model_validate(
    {"region": "eu-west-1", "machine": "m6i.large", "hours": 10, "tags": TAGS}
).model_dump(mode="json")
TOOLS = {t.name: t for t in (provision_compute.TOOL, create_storage_bucket.TOOL, get_health.TOOL)}


async def ten_hours_at_ten_cents(principal: Principal, cloud: str, wanted: Json) -> Priced | None:
    """What a machine of the catalog costs; nothing is known of others."""
    if wanted["machine"] != "m6i.large":
        return None
    return Priced(offer=an_offer(), cost=Cost(hours=10, compute=1_000_000, fee=0, storage=0, egress=0, rework=0))


@pytest.fixture
async def control(tmp_path: Path) -> AsyncIterator[Control]:
    """Over a real store."""
    clock = FixedClock(NOW)
    async with open_store(tmp_path / "t.db") as store:
        yield Control(
            tools=TOOLS,
            gate=ToldGate(),
            store=store,
            signer=Signer(Ed25519PrivateKey.from_private_bytes(b"\1" * 32), clock),
            clock=clock,
            estimate=ten_hours_at_ten_cents,
        )


def a_plan(run: str = "r1", cents: int = 50) -> Plan:
    """A machine for an hour."""
    taken = priced(cents * 10_000)
    return draft(a_request(id=run), brief(Workload(kind="batch", hours=1)), taken.offer, taken.cost, attempt=0)


def told(control: Control, says: Any) -> ToldGate:
    """The control's gate, told anew."""
    assert isinstance(control.gate, ToldGate)
    control.gate.says = says
    return control.gate


async def test_an_allowed_write_holds_its_money_and_carries_a_grant_for_exactly_this_call(control: Control) -> None:
    decided = await control.decide_call(ADA, provision_compute.TOOL, "aws", MACHINE, run="r1", step="s")
    assert decided.leave is not None
    assert isinstance(control.signer, Signer)
    assert decided.cost_cents == 100
    (held,) = await control.store.list_reservations("r1")
    assert (held.key, held.cents, held.state) == (decided.key, 100, "held")
    grant = check(
        {HEADER: decided.leave.grant},
        Keys(control.signer.jwks()),
        tool="provision_compute",
        cloud="aws",
        arguments_digest=digest(MACHINE),
        principal=ADA,
        revision="told-1",
        version=1,
        now=NOW,
    )
    assert (grant.key, grant.run, grant.step) == (decided.key, "r1", "s")


async def test_the_gate_is_asked_with_the_catalogs_price_and_machine_not_the_callers(control: Control) -> None:
    gate = told(control, always("allow"))
    await control.decide_call(ADA, provision_compute.TOOL, "aws", MACHINE, run="r1", step="s")
    (asked,) = gate.asked
    assert asked["cost"] == {
        "total_cents": 100, "hourly_cents": 10, "machines_cents": 10, "monthly_cents": 7300,
        "cap_cents": None, "cap_per": None,
    }  # fmt: skip
    assert asked["machine"]["family"] == "m6i"
    assert asked["context"]["spend"] == {"tenant_month_cents": 0, "project_month_cents": 0, "run_cents": 0}
    assert asked["context"]["plane"] == "control"


async def test_a_machine_that_nobody_sells_is_asked_about_without_a_price(control: Control) -> None:
    gate = told(control, always("deny"))
    unknown = MACHINE | {"machine": "x9.huge"}
    decided = await control.decide_call(ADA, provision_compute.TOOL, "aws", unknown, run="r1", step="s")
    assert (gate.asked[0]["cost"], gate.asked[0]["machine"], decided.leave) == (None, None, None)


@pytest.mark.parametrize("verdict", ["deny", "ask"])
async def test_what_is_not_allowed_holds_no_money_and_gets_no_grant(control: Control, verdict: Verdict) -> None:
    told(control, always(verdict))
    decided = await control.decide_call(ADA, provision_compute.TOOL, "aws", MACHINE, run="r1", step="s")
    assert (decided.leave, decided.decision.verdict) == (None, verdict)
    assert list(await control.store.list_reservations("r1")) == []


async def test_the_same_call_again_has_the_same_key_and_counts_once(control: Control) -> None:
    first = await control.decide_call(ADA, provision_compute.TOOL, "aws", MACHINE, run="r1", step="s")
    again = await control.decide_call(ADA, provision_compute.TOOL, "aws", MACHINE, run="r1", step="s")
    assert first.key == again.key
    assert await control.store.spend("acme", "default", NOW) == Spend(tenant_month_cents=100, project_month_cents=100)


async def test_a_read_needs_no_price_and_no_grant(control: Control) -> None:
    arguments = {"resource": {"cloud": "aws", "kind": "bucket", "id": "b", "region": "eu-west-1"}, "tenant": "acme"}
    decided = await control.decide_call(ADA, get_health.TOOL, "aws", arguments, run="r1", step="s")
    assert decided.leave is not None
    assert decided.leave.grant == ""


async def test_an_allowed_plan_holds_each_steps_money(control: Control) -> None:
    plan = a_plan()
    decided = await control.decide_plan(ADA, plan, "default", price_of(plan.cost))
    assert decided.decision.allowed
    assert [(r.key, r.cents) for r in await control.store.list_reservations("r1")] == [(plan.steps[0].key, 50)]


async def test_concurrent_plans_never_overspend_together(control: Control) -> None:
    """Forty plans of 50 cents against a limit of ten dollars: exactly twenty pass."""
    told(control, lambda asked: "allow" if _after(asked) <= 1000 else "deny")
    plans = [a_plan(f"r{n}") for n in range(40)]
    decided = await asyncio.gather(*(control.decide_plan(ADA, p, "default", price_of(p.cost)) for p in plans))
    assert sum(d.decision.allowed for d in decided) == 20
    assert (await control.store.spend("acme", "default", NOW)).tenant_month_cents == 1000


def _after(asked: Json) -> int:
    spent: int = asked["context"]["spend"]["tenant_month_cents"] + asked["cost"]["total_cents"]
    return spent


async def test_a_write_that_nobody_priced_has_no_price_rather_than_none_to_pay(control: Control) -> None:
    gate = told(control, always("deny"))
    unpriced = replace(create_storage_bucket.TOOL, name="create_archive")
    arguments = create_storage_bucket.Input.model_validate({"region": "eu-west-1", "tags": TAGS}).model_dump(
        mode="json"
    )
    await control.decide_call(ADA, unpriced, "aws", arguments, run="r1", step="s")
    assert gate.asked[0]["cost"] is None


class Anything(dict[str, Any]):
    """Arguments of whatever name."""

    def __missing__(self, name: str) -> Any:
        return (
            "deploy"
            if name == "action"
            else "eu-west-1"
            if name == "region"
            else "m6i.large"
            if name == "machine"
            else 1
        )


@pytest.mark.parametrize("name", [n for n in tool_names() if contract(n).risk != "read"])
def test_every_write_is_priced_or_said_to_be_free(name: str) -> None:
    assert (name in FREE) != (needs(name, Anything()) is not None)


def _said(verdict: Verdict, **obligations: Any) -> Decision:
    return Decision(verdict=verdict, obligations=obligations, revision="r", input_digest="d")


def _need(code: str) -> Json:
    return {"code": code, "roles": ["admin"], "people": 1, "own": False, "hours": 24}


def test_steps_that_are_asked_about_together_oblige_to_everybodys_yes_once() -> None:
    first = _said("ask", approvals=[_need("RISK_PRODUCTION")], encrypt=True)
    second = _said("ask", approvals=[_need("BUDGET_SOFT"), _need("RISK_PRODUCTION")])
    both = together([first, _said("allow"), second], "r")
    assert both.verdict == "ask"
    assert both.obligations == {"approvals": [_need("BUDGET_SOFT"), _need("RISK_PRODUCTION")], "encrypt": True}


def test_one_denial_among_them_obliges_to_nothing() -> None:
    both = together([_said("ask", approvals=[_need("BUDGET_SOFT")]), _said("deny")], "r")
    assert (both.verdict, both.obligations) == ("deny", {})
