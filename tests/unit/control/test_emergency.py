"""Writes that are stopped, and keys, tenants and principals that are revoked: in the control plane, at once."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.testclient import TestClient

from functions.registry import contract
from functions.serve.wellknown import PATH, jwks_route
from mcp_handlers.kernel.identity import SignedIdentity
from mcp_handlers.tools import create_storage_bucket, get_health
from mcp_handlers.tools.get_cost_estimate import Priced
from policies.engine.embedded import Embedded
from tests.fakes.clock import FixedClock
from tests.fakes.offers import a_request, an_offer, priced
from tests.fakes.world import ADA, BUCKET, NOW, RESOURCE
from workflow.control.decide import Control
from workflow.control.emergency import LEDGER, Emergency, insist_standing
from workflow.control.pricing import price_of
from workflow.control.signing import RingSigner
from workflow.deploy.brief import brief
from workflow.deploy.draft import draft
from workflow.model.base import Json
from workflow.model.emergency import Revocable, Scope, Stop
from workflow.model.errors import BadRequest, NotFound, Unauthorized
from workflow.model.plan import Cost
from workflow.model.principal import Principal
from workflow.model.workload import Workload
from workflow.store.store import open_store

TOOLS = {name: contract(name) for name in ("create_storage_bucket", "get_health", "provision_compute")}
EXACT = create_storage_bucket.Input.model_validate(BUCKET).model_dump(mode="json")
LOOK = get_health.Input.model_validate({"resource": RESOURCE, "tenant": "acme"}).model_dump(mode="json")


async def one_cent(principal: Principal, cloud: str, wanted: Json) -> Priced:
    """What everything costs."""
    return Priced(offer=an_offer(), cost=Cost(hours=1, compute=10_000, fee=0, storage=0, egress=0, rework=0))


@dataclass
class House:
    """A control plane with the packaged policies, and the operator's hand on it."""

    control: Control
    hand: Emergency
    clock: FixedClock
    signer: RingSigner

    async def codes(self, who: Principal = ADA, cloud: str = "aws") -> list[str]:
        """What stands against a write; nothing where it may be done."""
        decided = await self.control.decide_call(
            who, create_storage_bucket.TOOL, cloud, EXACT, run="r1", step=f"{who.tenant}-{cloud}"
        )
        return [v.code for v in decided.decision.violations] if decided.leave is None else []

    async def kinds(self) -> list[str]:
        """What the ledger was told."""
        return [entry.event.kind for entry in await self.hand.store.entries(run=LEDGER)]

    async def caller(self, token: str) -> str:
        """Whom the control plane takes a token's bearer for."""
        identity = SignedIdentity(self.hand, "control", self.clock)
        return (await identity.authenticate({"authorization": f"Bearer {token}"}, writes=True)).id


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Over a real store and a real folder of keys."""
    clock = FixedClock(NOW)
    async with open_store(tmp_path / "t.db") as store:
        signer = RingSigner(tmp_path / "keys", clock)
        control = Control(tools=TOOLS, gate=Embedded(), store=store, signer=signer, clock=clock, estimate=one_cent)
        yield House(control, Emergency(store, signer, clock, who="ops@example.com"), clock, signer)


async def test_a_global_freeze_stops_the_next_write_and_no_reading(house: House) -> None:
    assert await house.codes() == []
    assert await house.hand.freeze("global", "", "Incident 7.") is True
    assert await house.codes() == ["FROZEN"]
    looked = await house.control.decide_call(ADA, get_health.TOOL, "aws", LOOK, run="", step="")
    assert looked.leave is not None
    await house.hand.unfreeze("global", "")
    assert await house.codes() == []


@pytest.mark.parametrize(("scope", "name"), [("tenant", "acme"), ("cloud", "aws")])
async def test_a_freeze_stops_what_it_names_and_nothing_else(house: House, scope: Scope, name: str) -> None:
    await house.hand.freeze(scope, name, "Incident 7.")
    assert await house.codes() == ["FROZEN"]
    elsewhere = "other" if scope == "tenant" else "aws"
    await house.hand.unfreeze(scope, name)
    await house.hand.freeze(scope, "gcp" if scope == "cloud" else elsewhere, "Incident 7.")
    assert await house.codes() == []


async def test_a_plan_that_was_allowed_stops_at_its_next_step_when_a_freeze_is_set(house: House) -> None:
    taken = priced(10_000)
    plan = draft(a_request(id="r1"), brief(Workload(kind="batch", hours=1)), taken.offer, taken.cost, attempt=0)
    decided = await house.control.decide_plan(ADA, plan, "default", price_of(taken.cost))
    assert decided.decision.allowed
    await house.hand.freeze("global", "", "Incident 7.")
    (step,) = plan.steps
    called = await house.control.decide_call(
        ADA, contract(step.tool), step.cloud, step.arguments, run="r1", step=step.name
    )
    assert (called.key, called.decision.verdict, called.leave) == (step.key, "deny", None)
    assert [v.code for v in called.decision.violations] == ["FROZEN"]
    again = await house.control.decide_plan(ADA, plan, "default", price_of(taken.cost))
    assert [v.code for v in again.decision.violations] == ["FROZEN"]


async def test_a_revoked_tenants_plan_is_not_even_judged(house: House) -> None:
    taken = priced(10_000)
    plan = draft(a_request(id="r1"), brief(Workload(kind="batch", hours=1)), taken.offer, taken.cost, attempt=0)
    await house.hand.revoke("tenant", "acme", "Left.")
    with pytest.raises(Unauthorized, match=r"ada@example\.com of acme was revoked"):
        await house.control.decide_plan(ADA, plan, "default", price_of(taken.cost))


async def test_only_the_revoked_principal_and_tenant_are_stopped(house: House) -> None:
    await house.hand.revoke("principal", "eve@example.com", "Left.")
    await house.hand.revoke("tenant", "initech", "Left.")
    await insist_standing(house.hand.store, ADA)
    for changed in ({"id": "eve@example.com"}, {"tenant": "initech"}):
        with pytest.raises(Unauthorized, match="was revoked"):
            await insist_standing(house.hand.store, ADA.model_copy(update=changed))


async def test_a_revoked_key_is_refused_at_once_and_a_new_one_signs(house: House) -> None:
    before, leaked = house.signer.token(ADA, "control"), house.signer.ring().signing(house.clock.now()).kid
    assert await house.caller(before) == ADA.id
    assert await house.hand.revoke("key", leaked, "Leaked.") is True
    with pytest.raises(Unauthorized, match="key that signed this was revoked"):
        await house.caller(before)
    assert house.signer.ring().signing(house.clock.now()).kid != leaked
    assert await house.caller(house.signer.token(ADA, "control")) == ADA.id
    await house.hand.restore("key", leaked)
    assert await house.caller(before) == ADA.id


@pytest.mark.parametrize(("kind", "name"), [("tenant", "acme"), ("principal", "ada@example.com")])
async def test_who_is_revoked_is_refused_at_once_and_may_come_back(house: House, kind: Revocable, name: str) -> None:
    token = house.signer.token(ADA, "control")
    await house.hand.revoke(kind, name, "Left.")
    with pytest.raises(Unauthorized, match=f"This {kind} was revoked"):
        await house.caller(token)
    await house.hand.restore(kind, name)
    assert await house.caller(token) == ADA.id


async def test_the_served_document_is_of_this_moment_and_kept_by_nobody(house: House) -> None:
    await house.hand.revoke("tenant", "initech", "Left.")
    with TestClient(Starlette(routes=[jwks_route(house.hand)])) as client:
        answer = client.get(PATH)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        **house.signer.jwks(),
        "revoked": {"kids": [], "tenants": ["initech"], "principals": []},
        "off": {"tools": [], "clouds": []},
        "at": int(NOW.timestamp()),
    }


async def test_everything_is_told_to_the_ledger_and_published(house: House) -> None:
    kid = house.signer.ring().signing(house.clock.now()).kid
    await house.hand.freeze("tenant", "acme", "Audit.")
    await house.hand.unfreeze("tenant", "acme")
    await house.hand.revoke("key", kid, "Leaked.")
    await house.hand.restore("key", kid)
    house.clock.forward(days=2)
    assert await house.hand.retire() == [kid]
    kinds = ["freeze.set", "freeze.lifted", "revocation.made", "key.rotated", "revocation.undone", "key.retired"]
    assert await house.kinds() == kinds
    told = [entry.event for entry in await house.hand.store.entries(run=LEDGER)]
    assert {event.body["who"] for event in told} == {"ops@example.com"}
    assert [event.tenant for event in told] == ["acme", "acme", "", "", "", ""]
    published = json.loads((house.signer.folder / "jwks.json").read_text())
    assert published == await house.hand.document()


async def test_the_same_again_changes_nothing_and_tells_nothing(house: House) -> None:
    assert await house.hand.freeze("global", "", "Incident 7.") is True
    assert await house.hand.freeze("global", "", "Incident 8.") is False
    assert await house.hand.revoke("tenant", "acme", "Left.") is True
    assert await house.hand.revoke("tenant", "acme", "Left again.") is False
    assert await house.kinds() == ["freeze.set", "revocation.made"]
    assert [stop.reason for stop in await house.hand.store.list_freezes()] == ["Incident 7."]


async def test_what_is_not_there_is_not_taken_back(house: House) -> None:
    with pytest.raises(NotFound, match="no freeze of global"):
        await house.hand.unfreeze("global", "")
    with pytest.raises(NotFound, match="tenant acme is not revoked"):
        await house.hand.restore("tenant", "acme")
    with pytest.raises(BadRequest, match="no key nobody"):
        await house.hand.revoke("key", "nobody", "Leaked.")
    assert await house.kinds() == []


@pytest.mark.parametrize(
    ("scope", "name", "reason", "words"),
    [
        ("tenant", "Acme!", "Why.", "not a name"),
        ("tenant", "", "Why.", "not a name"),
        ("global", "acme", "Why.", "not a name"),
        ("global", "", "", "A reason has 1 to 500"),
        ("global", "", "x" * 501, "A reason has 1 to 500"),
    ],
)
async def test_a_freeze_says_whom_and_why(house: House, scope: Scope, name: str, reason: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        await house.hand.freeze(scope, name, reason)
    with pytest.raises(ValidationError):
        Stop(scope=scope, name=name, reason=reason, who="ops", at=NOW)


async def test_keys_are_kept_while_they_say_the_same_and_made_anew_at_once_when_they_do_not(house: House) -> None:
    before = await house.hand.trusted("", writes=True)
    assert await house.hand.trusted("", writes=True) is before
    await house.hand.revoke("tenant", "acme", "Left.")
    after = await house.hand.trusted("", writes=True)
    assert (after is before, after.revoked.tenants) == (False, frozenset({"acme"}))
    await house.hand.restore("tenant", "acme")
    assert (await house.hand.trusted("", writes=True)).revoked.tenants == frozenset()
