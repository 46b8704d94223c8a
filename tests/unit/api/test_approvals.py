"""Decisions over the API are on exactly what was shown, by who may, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.orchestra import JumpyClock
from tests.contract.test_store_approvals import a_request
from tests.unit.api.house import ANA, EVE, GUEST, OPS, ApiHouse, api_house
from workflow.model.approval import ApprovalRequest, Requirement
from workflow.model.plan import Step
from workflow.model.ports import Event

NEED = Requirement(code="RISK", roles=("operator",), people=1, own=False, hours=72)
STEP = Step(
    name="0-bucket", tool="create_storage_bucket", cloud="aws", arguments={"region": "eu-west-1", "public": False},
    key="k" * 40, cost_cents=120,
)  # fmt: skip


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    """The API over a store in which Ana's plan waits for an operator."""
    async with api_house(tmp_path) as found:
        await asked(found)
        yield found


async def asked(house: ApiHouse, name: str = "a1", **changes: Any) -> ApprovalRequest:
    """What somebody has to decide on."""
    clock: JumpyClock = house.clock
    request = a_request(
        name, requester=ANA.id, requirements=(NEED,), steps=(STEP,), asked_at=clock.now(), **changes
    )  # fmt: skip
    event = Event(run="run-1", tenant=request.tenant, kind="approval.asked", body={}, at=clock.now())
    await house.one.context.store.ask_approval(request, event)
    return request


async def decided(house: ApiHouse, who: Any = OPS, *, tag: str | None = None, **body: Any) -> Any:
    """A word on a1, on what this person was shown unless told otherwise."""
    shown = await house.call("GET", "/approvals/a1", who)
    headers = {"if-match": tag if tag is not None else shown.headers.get("etag", "")}
    said = {"approved": True, "subject": "d" * 64, **body}
    return await house.call("POST", "/approvals/a1/decision", who, json=said, headers=headers)


async def test_a_request_spells_out_what_a_yes_would_let_happen(house: ApiHouse) -> None:
    (row,) = (await house.get("/approvals"))["items"]
    assert (row["id"], row["state"], row["what"], row["cost_cents"]) == ("a1", "open", "create_storage_bucket", 100)
    told = await house.get("/approvals/a1", OPS)
    details = [["region", "eu-west-1"], ["public", "false"]]
    change = {"sign": "+", "title": "create_storage_bucket", "where": "aws eu-west-1", "cost": "$1.20"}
    assert told["changes"] == [{**change, "details": details}]
    assert (told["subject"], told["why_not"], [need["code"] for need in told["missing"]]) == ("d" * 64, "", ["RISK"])
    assert (await house.get("/approvals/a1", ANA))["why_not"] != ""


async def test_a_yes_to_what_was_shown_counts(house: ApiHouse) -> None:
    answer = await decided(house, reason="fine")
    told = answer.json()
    assert (answer.status_code, told["state"], told["missing"]) == (200, "approved", [])
    assert [(word["approver"], word["approved"], word["reason"]) for word in told["words"]] == [(OPS.id, True, "fine")]
    assert (await house.get("/approvals"))["items"] == []
    assert [row["id"] for row in (await house.get("/approvals?state=all"))["items"]] == ["a1"]
    kinds = [entry.event.kind for entry in await house.one.context.store.entries()]
    assert kinds == ["approval.asked", "approval.approved"]


@pytest.mark.parametrize(
    ("tag", "status", "code"),
    [('"0123456789abcdef0123456789abcdef"', 412, "STALE"), ("", 428, "IF_MATCH_MISSING"),
     ("*", 428, "IF_MATCH_MISSING"), ("W/", 412, "STALE"), ('"' + "x" * 2000 + '"', 422, "BAD_REQUEST")],
    ids=["another version", "none", "any", "half a tag", "a long one"],
)  # fmt: skip
async def test_a_word_that_does_not_say_on_what_is_not_kept(house: ApiHouse, tag: str, status: int, code: str) -> None:
    answer = await decided(house, tag=tag)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await house.get("/approvals/a1"))["words"] == []


async def test_a_word_on_something_else_or_after_another_is_not_kept(house: ApiHouse) -> None:
    other = await decided(house, subject="e" * 64)
    assert (other.status_code, other.json()["code"]) == (409, "CONFLICT")
    before = (await house.call("GET", "/approvals/a1", OPS)).headers["etag"]
    assert (await decided(house, approved=False)).json()["state"] == "denied"
    late = await decided(house, tag=before)
    assert (late.status_code, late.json()["code"]) == (412, "STALE")
    again = await decided(house)
    assert (again.status_code, again.json()["code"]) == (409, "CONFLICT")


@pytest.mark.parametrize(
    ("who", "status"), [(ANA, 403), (GUEST, 403), (EVE, 404)], ids=["its requester", "a guest", "another tenant"]
)
async def test_who_has_no_say_in_it_decides_nothing(house: ApiHouse, who: Any, status: int) -> None:
    assert (await decided(house, who)).status_code == status
    assert (await house.get("/approvals/a1"))["words"] == []


@pytest.mark.parametrize("word", ["yes", "true", 1, None])
async def test_only_a_yes_that_is_one_is_a_yes(house: ApiHouse, word: Any) -> None:
    assert (await decided(house, approved=word)).status_code == 422
    assert (await house.get("/approvals/a1"))["words"] == []


async def test_requests_are_listed_page_by_page(house: ApiHouse) -> None:
    for number in range(2, 6):
        await asked(house, f"a{number}", subject=str(number) * 64)
    await asked(house, "foreign", subject="f" * 64, tenant="umbrella")
    found, cursor = [], ""
    while True:
        page = await house.get(f"/approvals?limit=2&cursor={cursor}")
        found.append([row["id"] for row in page["items"]])
        if not (cursor := page["next"]):
            break
    assert found == [["a5", "a4"], ["a3", "a2"], ["a1"]]
