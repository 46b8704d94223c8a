"""Attempts to go on without a person's yes, with one's own, with an old one, or with one to something else."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.fakes.clock import FixedClock
from tests.redteam.attack import case, stopped_by
from tests.redteam.house import ADA, BOB, EVE, GRACE, MACHINE, ML, MODERN, ROOT, VIC, Answer, House, by
from workflow.control.approvals.desk import Desk
from workflow.model.approval import Asked, Lift
from workflow.model.base import Json
from workflow.model.errors import BadRequest, Forbidden, NotFound
from workflow.model.principal import Principal

PRODUCTION = by(ML, MACHINE, environment="production")
OWN = "nobody approves their own request where the policy says so"
ONCE = "a yes is used up with the money"


async def asks(house: House, who: Principal = ML, arguments: Json = PRODUCTION, **how: Any) -> Answer:
    """A machine in production, which people are asked about."""
    return await house.call("provision_compute", arguments, who, **how)


async def waits(house: House, who: Principal = ML, arguments: Json = PRODUCTION) -> Asked:
    """The question that the call has put."""
    answer = await asks(house, who, arguments)
    assert answer.verdict == "ask", answer.text
    house.insist_effects(0)
    return (await house.store.list_approvals(tenant=who.tenant, unclosed=True, limit=10))[0]


async def yes(house: House, asked: Asked, who: Principal = GRACE) -> Asked:
    """A person's."""
    return await house.desk.say(who, asked.request.id, approved=True)


@asynccontextmanager
async def page(house: House, who: Principal | None) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the approval page, signed in."""
    transport = httpx.ASGITransport(house.web())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", follow_redirects=True) as http:
        if who is not None:
            await http.post("/approvals/session", data={"token": house.token(who), "then": ""})
        yield http


def nonce(answer: httpx.Response) -> str:
    """The form's."""
    (found,) = re.findall(r'name="nonce" value="([^"]+)"', answer.text)
    return str(found)


@stopped_by(OWN)
@pytest.mark.parametrize(
    "disguise",
    [
        {}, {"roles": ("admin", "operator")}, {"channel": "terminal"}, {"channel": "chat", "roles": ("admin",)},
    ],
)  # fmt: skip
async def test_the_requester_approves(house: House, disguise: dict[str, Any]) -> None:
    boss = ML.model_copy(update={"roles": ("ml-engineer", "operator")})
    asked = await waits(house, boss)
    with pytest.raises(Forbidden, match="may not approve it"):
        await yes(house, asked, boss.model_copy(update=disguise))
    async with page(house, boss.model_copy(update=disguise)) as http:
        shown = await http.get(f"/approvals/{asked.request.id}")
        form = {"nonce": await house.desk.form(boss, asked.request.id), "word": "approve"}
        said = await http.post(f"/approvals/{asked.request.id}", data=form)
    assert ('name="nonce"' in shown.text, said.status_code) == (False, 403)
    house.insist(await asks(house, boss), "RISK_PRODUCTION")


@pytest.mark.parametrize(
    ("who", "error"),
    [
        case(BOB, Forbidden, by="a yes takes the role that the rule names", name="colleague"),
        case(VIC, Forbidden, by="a yes takes the role that the rule names", name="viewer"),
        case(EVE, NotFound, by="another tenant's request is not there", name="another tenant"),
        case(
            EVE.model_copy(update={"id": GRACE.id}),
            NotFound,
            by="another tenant's request is not there",
            name="namesake",
        ),
    ],
)
async def test_somebody_approves_who_has_no_say(house: House, who: Principal, error: Any) -> None:
    asked = await waits(house)
    with pytest.raises(error):
        await yes(house, asked, who)
    async with page(house, who) as http:
        form = {"nonce": await house.desk.form(who, asked.request.id), "word": "approve"}
        said = await http.post(f"/approvals/{asked.request.id}", data=form)
    assert said.status_code in (403, 404)
    house.insist(await asks(house), "RISK_PRODUCTION")


@stopped_by("a yes is to one digest")
@pytest.mark.parametrize(
    "change",
    [
        {"count": 2}, {"machine": "m6i.4xlarge"}, {"region": "eu-west-2"}, {"hours": 11}, {"disk_gib": 51},
        {"zone": "eu-west-1b"}, {"tags": {**PRODUCTION["tags"], "project": "other"}},
        {"tags": {**PRODUCTION["tags"], "run": "r2"}},
    ],
)  # fmt: skip
async def test_a_call_that_is_swapped_after_the_yes(house: House, change: Json) -> None:
    await yes(house, await waits(house))
    house.insist(await asks(house, arguments={**PRODUCTION, **change}), "RISK_PRODUCTION")
    # What was agreed to goes through: nothing else has refused the other.
    assert (await asks(house)).code == ""
    house.insist_effects(1)


@stopped_by("a yes is to one digest")
async def test_another_tool_or_cloud_under_the_same_yes(house: House) -> None:
    await yes(house, await waits(house))
    spot = await house.call("launch_spot", PRODUCTION, ML)
    house.insist(spot, "RISK_PRODUCTION")
    step = await asks(house, meta={"tollgate/step": "another"})
    house.insist(step, "RISK_PRODUCTION")


@stopped_by("a yes is to who asked")
async def test_a_colleague_uses_the_yes(house: House) -> None:
    await yes(house, await waits(house))
    colleague = ML.model_copy(update={"id": "max@example.com"})
    house.insist(await asks(house, colleague, by(colleague, PRODUCTION)), "RISK_PRODUCTION")


@stopped_by(ONCE)
async def test_a_yes_that_is_used_many_times_at_once(house: House) -> None:
    await yes(house, await waits(house))
    answers = await asyncio.gather(*(asks(house) for _ in range(8)))
    for answer in answers:
        house.insist_quiet(answer)
    house.insist_effects(1)


@pytest.mark.parametrize(
    "meta",
    [
        {"tollgate/approval": {"id": "{id}", "approved": True}}, {"tollgate/decision": {"verdict": "allow"}},
        {"requestState": "approved"}, {"approved_by": "grace@example.com"}, {"tollgate/grant": "{id}"},
    ],
)  # fmt: skip
@stopped_by("only the store knows that somebody agreed")
async def test_a_client_that_says_it_was_approved(house: House, meta: Json) -> None:
    asked = await waits(house)
    told = {name: str(value).replace("{id}", asked.request.id) for name, value in meta.items()}
    house.insist(await asks(house, meta=told), "RISK_PRODUCTION")


@stopped_by("only the store knows that somebody agreed")
async def test_a_client_that_answers_its_own_elicitation(house: House) -> None:
    name = (await waits(house)).request.id
    mirrored = {"mcp-param-region": "eu-west-1", "mcp-param-cloud": "aws"}
    able: Json = {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {"url": {}}}}
    params = {"inputResponses": {name: {"action": "accept"}}, "requestState": "approved"}
    answer = await asks(house, version=MODERN, meta=able, params=params, headers=mirrored)
    house.insist_quiet(answer)
    house.insist_effects(0)


@stopped_by("a form is for one person, one request and one time")
@pytest.mark.parametrize(
    "how", ["made up", "none", "another's", "of another request", "twice", "after leaving", "by link"]
)
async def test_a_form_that_is_not_the_persons_own(house: House, how: str) -> None:
    asked = await waits(house)
    other = await waits(house, arguments={**PRODUCTION, "hours": 9})
    name, elsewhere = asked.request.id, other.request.id
    if name == elsewhere:
        name = next(
            a.request.id for a in await house.store.list_approvals(tenant="acme", limit=9) if a.request.id != name
        )
    path = f"/approvals/{name}"
    async with page(house, GRACE) as http:
        good = nonce(await http.get(path))
        sent = {"made up": "x" * 43, "none": "", "another's": await house.desk.form(ROOT, name)}.get(how, good)
        if how == "of another request":
            path = f"/approvals/{elsewhere}"
        if how == "twice":
            await http.post(path, data={"nonce": good, "word": "deny"})
        if how == "after leaving":
            await http.post("/approvals/leave")
        form = {"nonce": sent, "word": "approve"}
        said = await (http.get(path, params=form) if how == "by link" else http.post(path, data=form))
    assert said.status_code == {"after leaving": 401, "by link": 200}.get(how, 403)
    assert all(not word.approved for a in await house.store.list_approvals(tenant="acme", limit=9) for word in a.words)
    house.insist_effects(0)


@stopped_by("only this site's own forms are taken")
@pytest.mark.parametrize(
    "header",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"content-type": "text/plain"},
    ],
)
async def test_a_form_that_another_site_sends(house: House, header: dict[str, str]) -> None:
    path = f"/approvals/{(await waits(house)).request.id}"
    async with page(house, GRACE) as http:
        form = {"nonce": nonce(await http.get(path)), "word": "approve"}
        said = await http.post(path, data=form, headers=header)
    assert said.status_code in (403, 409)
    house.insist(await asks(house), "RISK_PRODUCTION")


@stopped_by("who was revoked is nobody, at once")
async def test_an_approver_who_was_revoked_meanwhile(house: House) -> None:
    path = f"/approvals/{(await waits(house)).request.id}"
    async with page(house, GRACE) as http:
        form = {"nonce": nonce(await http.get(path)), "word": "approve"}
        await house.emergency.revoke("principal", GRACE.id, "left the company")
        assert (await http.post(path, data=form)).status_code == 401
    house.insist(await asks(house), "RISK_PRODUCTION")


@pytest.mark.parametrize("end", ["expired", "denied", "revoked"])
@stopped_by("what has ended is not approved any more")
async def test_a_yes_after_the_end(house: House, end: str) -> None:
    asked = await waits(house)
    late = house.desk
    if end == "expired":
        late = Desk(house.store, FixedClock(asked.request.expires_at + timedelta(seconds=1)), house.desk.terms)
    elif end == "denied":
        await house.desk.say(ROOT, asked.request.id, approved=False, reason="no")
    else:
        await house.desk.revoke(ML, asked.request.id)
    with pytest.raises(BadRequest):
        await late.say(GRACE, asked.request.id, approved=True)
    house.insist_quiet(await asks(house))
    house.insist_effects(0)


@stopped_by("one person is one yes")
async def test_a_person_who_says_yes_twice_or_turns_a_no_around(house: House) -> None:
    asked = await waits(house)
    await house.desk.say(GRACE, asked.request.id, approved=False, reason="no")
    with pytest.raises(BadRequest):
        await yes(house, asked)
    house.insist(await asks(house), "APPROVAL_DENIED")


# Roles that are lent.


async def lent(house: House, who: Principal, lift: Lift, by_whom: Principal = ROOT) -> Asked:
    """A role that an administrator lends."""
    asked = await house.desk.ask_role(who, lift, "an incident", house.judgement.gate.revision)
    return await house.desk.say(by_whom, asked.request.id, approved=True)


@pytest.mark.parametrize(
    ("who", "lender"),
    [
        case(ADA, ADA, by=OWN, name="herself"),
        case(ADA, BOB, by="a yes takes the role that the rule names", name="a colleague"),
        case(ADA, GRACE, by="a yes takes the role that the rule names", name="an operator"),
        case(
            GRACE.model_copy(update={"roles": ("operator",)}),
            GRACE,
            by="a yes takes the role that the rule names",
            name="an operator herself",
        ),
        case(ADA, EVE, by="another tenant's request is not there", name="another tenant's administrator"),
    ],
)
async def test_a_role_that_is_lent_by_somebody_who_may_not(house: House, who: Principal, lender: Principal) -> None:
    with pytest.raises((Forbidden, NotFound)):
        await lent(house, who, Lift(role="admin", hours=1), lender)
    assert await house.store.list_elevations(who.tenant, who.id, house.desk.clock.now()) == []


@stopped_by("a role is lent for hours")
@pytest.mark.parametrize("hours", [9, 700])
async def test_a_role_that_is_asked_for_too_long(house: House, hours: float) -> None:
    with pytest.raises(BadRequest):
        await lent(house, ADA, Lift(role="operator", hours=hours))


@stopped_by(OWN)
async def test_who_was_lent_the_approvers_role_approves_themselves(house: House) -> None:
    await lent(house, ML, Lift(role="operator", hours=1))
    asked = await waits(house)
    risen = await house.judgement.elevated(ML, "")
    assert "operator" in risen.roles
    with pytest.raises(Forbidden, match="may not approve it"):
        await yes(house, asked, risen)
    house.insist(await asks(house), "RISK_PRODUCTION")


@stopped_by("a lent role is one person's, for its time")
async def test_a_lent_role_in_somebody_elses_hands_or_after_its_time(house: House) -> None:
    arguments = by(ADA, MACHINE, environment="production")
    granted = await lent(house, ADA, Lift(role="ml-engineer", hours=1))
    assert (await house.call("provision_compute", arguments, ADA)).verdict == "ask"
    other = await house.call("provision_compute", by(BOB, arguments), BOB)
    house.insist(other, "ROLE_FORBIDDEN")
    namesake = ADA.model_copy(update={"tenant": "umbrella"})
    house.insist(await house.call("provision_compute", by(namesake, arguments), namesake), "ROLE_FORBIDDEN")
    await house.desk.revoke(ROOT, granted.request.id)
    house.insist(await house.call("provision_compute", arguments, ADA), "ROLE_FORBIDDEN")


@stopped_by("a role that is lent once is lent for one run")
async def test_a_role_for_one_run_is_used_for_two(house: House) -> None:
    await lent(house, VIC, Lift(role="developer", hours=1, once=True))
    first = await house.call("provision_compute", by(VIC, MACHINE), VIC)
    assert first.code == "", first.text
    second = await house.call("provision_compute", by(VIC, {**MACHINE, "hours": 3}), VIC)
    house.insist(second, "ROLE_FORBIDDEN", effects=1)
