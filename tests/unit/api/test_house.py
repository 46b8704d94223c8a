"""Money, policies, the ledger, tools and clouds over the API: as they are, and of the caller's own tenant."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from functions.api.api import HANDLERS
from functions.api.operations import OPERATIONS
from functions.binding import gate
from functions.registry import cloud_names, tool_names
from policies.engine.bundle import PACKAGED
from policies.engine.shadow import SHADOW
from tests.unit.api.house import ANA, EVE, OPEN, ApiHouse, api_house
from workflow.model.outage import Degraded
from workflow.model.ports import Event

REFUSED = "Put our patients' records on a bucket in us-east-1, must stay in the EU"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    """The API over an empty store."""
    async with api_house(tmp_path) as found:
        yield found


def test_every_operation_is_performed_by_somebody() -> None:
    assert {each.name for each in OPERATIONS if each.answer} == set(HANDLERS)


async def test_it_says_that_it_is_well_and_who_is_calling(house: ApiHouse) -> None:
    well = await house.get("/health", None)
    assert (well["status"], well["revision"]) == ("ok", gate().revision)
    told = await house.get("/caller")
    assert (told["id"], told["tenant"], told["roles"], told["may_decide"]) == (ANA.id, "acme", ["admin"], True)


async def test_where_no_verdict_is_to_be_had_it_says_so_and_still_answers_reads(house: ApiHouse) -> None:
    house.down.add("opa")
    assert (await house.get("/health", None))["status"] == "degraded"
    assert (await house.get("/policies"))["judging"] is False


async def test_a_month_costs_what_its_runs_did(house: ApiHouse) -> None:
    name = await house.ended()
    month = await house.get("/costs?by=run")
    (line,) = month["lines"]
    assert (line["account"]["run"], month["month"]) == (name, f"{house.clock.now():%Y-%m}")
    assert line["account"]["held_cents"] + line["account"]["settled_cents"] > 0
    assert line["left_cents"] == line["limit_cents"] - sum(
        line["account"][f"{kind}_cents"] for kind in ("held", "settled")
    )
    assert (await house.get("/costs", EVE))["lines"] == []
    assert (await house.get("/costs?month=2020-01"))["lines"] == []
    assert (await house.get("/savings")) == {"scores": [], "savings": []}


async def test_every_reason_to_object_has_its_rego_and_its_place(house: ApiHouse) -> None:
    told = await house.get("/policies")
    assert (told["revision"], told["engine"], told["judging"], told["shadow"]) == (
        gate().revision, "in process", True, False
    )  # fmt: skip
    budget = next(rule for rule in told["rules"] if rule["rule"] == "budget")
    assert budget["title"]
    assert budget["remedy"]
    name, _, line = budget["where"].partition(":")
    assert name == "rules/budget/budget.rego"
    written = (PACKAGED / name).read_text().splitlines()[int(line) - 1 :]
    assert budget["text"].splitlines() == written[: written.index("}") + 1]


async def test_refusals_are_listed_newest_first_with_their_reasons(house: ApiHouse) -> None:
    names = [await house.ended(REFUSED) for _ in range(3)]
    page = await house.get("/policies/denials?limit=2")
    found = page["items"]
    while page["next"]:
        page = await house.get(f"/policies/denials?limit=2&cursor={page['next']}")
        found += page["items"]
    records = [await house.get(f"/runs/{name}") for name in names]
    assert {record["state"] for record in records} == {"denied"}
    assert all(each["verdict"] == "deny" and each["violations"] for each in found)
    assert [each["seq"] for each in found] == sorted((each["seq"] for each in found), reverse=True)
    assert (await house.get("/policies/denials", EVE))["items"] == []


async def test_where_the_shadow_differs_is_listed(house: ApiHouse) -> None:
    judged = {"verdict": "allow", "codes": [], "obligations": {}, "revision": "r1"}
    other = {"verdict": "deny", "codes": ["BUDGET_TENANT"], "obligations": {}, "revision": "r2"}
    body = {"live": judged, "shadow": other, "input": {"action": {"tool": "launch_spot"}}}
    at = house.clock.now()
    await house.one.context.store.append(Event(run="r", tenant="acme", kind=SHADOW, body=body, at=at))
    (found,) = (await house.get("/policies/shadow"))["items"]
    assert (found["tool"], found["live"], found["shadow"]) == ("launch_spot", judged, other)
    assert (await house.get("/policies/shadow", EVE))["items"] == []


async def test_the_ledger_is_read_backwards_and_proved_and_tampering_is_found(house: ApiHouse, tmp_path: Path) -> None:
    await house.ended()
    kept = await house.one.context.store.entries()
    page = await house.get("/ledger?limit=200")
    assert [entry["seq"] for entry in page["items"]] == [entry.seq for entry in reversed(kept)]
    assert (await house.get("/ledger", EVE))["items"] == []
    proved = await house.get("/ledger/verification")
    assert (proved["entries"], proved["finding"]) == (len(kept), None)
    with sqlite3.connect(tmp_path / "store.db") as database:
        database.execute("DROP TRIGGER events_keep")
        database.execute("UPDATE events SET body = replace(body, 'acme', 'evil') WHERE seq = 1")
    assert (await house.get("/ledger/verification"))["finding"]["seq"] == 1


async def test_tools_have_their_contracts_and_their_roles(house: ApiHouse) -> None:
    listed = (await house.get("/tools"))["items"]
    assert [each["name"] for each in listed] == list(tool_names())
    told = await house.get("/tools/launch_spot")
    assert told in listed
    assert (told["risk"], told["undoable"], "developer" in told["roles"]) == ("write", True, True)
    assert "region" in told["input"]["properties"]
    assert (await house.call("GET", "/tools/nothing")).status_code == 404


async def test_clouds_are_up_down_or_out_of_use(house: ApiHouse) -> None:
    house.down.add("azure")
    outage = Degraded(cloud="gcp", reason="Its tools do not answer.", since=house.clock.now())
    event = Event(run="r", tenant="acme", kind="alert.cloud_degraded", body={}, at=house.clock.now())
    await house.one.context.store.mark_degraded(outage, event)
    found = {each["name"]: each for each in (await house.get("/clouds"))["items"]}
    assert {name: each["status"] for name, each in found.items()} == {
        "aws": "up", "azure": "down", "gcp": "degraded"
    }  # fmt: skip
    assert list(found) == list(cloud_names())
    assert (found["aws"]["milliseconds"], found["azure"]["milliseconds"]) == (1.5, None)
    assert (found["aws"]["circuits"], found["azure"]["circuits"]) == ([OPEN.model_dump()], None)
    assert found["aws"]["offers"] > 1000
    assert "eu-west-1" in found["aws"]["regions"]
