"""Runs over the API: started once, listed, followed, explained, cancelled and asked about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from benchmarks.runs import TEXT
from tests.unit.api.house import ANA, GUEST, OPS, ApiHouse, api_house
from workflow.model.outage import Degraded
from workflow.model.ports import Event


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    """The API over an empty store."""
    async with api_house(tmp_path) as found:
        yield found


async def test_words_become_a_run_that_is_found_where_the_answer_says(house: ApiHouse) -> None:
    answer = await house.call("POST", "/runs", json={"text": TEXT, "project": "web", "environment": "staging"})
    assert (answer.status_code, answer.headers["location"]) == (201, f"/api/v1/runs/{answer.json()['id']}")
    run = answer.json()
    assert (run["state"], run["text"], run["requester"], run["channel"], run["project"], run["environment"]) == (
        "running", TEXT, ANA.id, "api", "web", "staging"
    )  # fmt: skip
    assert await house.get(answer.headers["location"].removeprefix("/api/v1")) == run


async def test_the_same_key_is_the_same_run_and_with_other_words_a_conflict(house: ApiHouse) -> None:
    key = {"idempotency-key": "k-1"}
    first = await house.call("POST", "/runs", json={"text": TEXT}, headers=key)
    again = await house.call("POST", "/runs", json={"text": TEXT}, headers=key)
    other = await house.call("POST", "/runs", json={"text": f"{TEXT}!"}, headers=key)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert again.json() == first.json()
    assert (other.json()["code"], other.headers["content-type"]) == ("CONFLICT", "application/problem+json")
    assert len((await house.get("/runs"))["items"]) == 1


async def test_runs_are_listed_page_by_page_and_by_what_they_are(house: ApiHouse) -> None:
    names = [await house.started(project="web" if number % 2 else "default") for number in range(5)]
    found, cursor = [], ""
    while True:
        page = await house.get(f"/runs?limit=2&cursor={cursor}")
        found += [run["id"] for run in page["items"]]
        if not (cursor := page["next"]):
            break
    assert sorted(found) == sorted(names)
    assert {run["id"] for run in (await house.get("/runs?project=web"))["items"]} == {names[1], names[3]}
    assert (await house.get("/runs?state=succeeded"))["items"] == []
    assert (await house.get(f"/runs?requester={OPS.id}"))["items"] == []


async def test_a_run_that_ended_has_its_record_its_entries_and_what_was_compared(house: ApiHouse) -> None:
    name = await house.ended()
    run = await house.get(f"/runs/{name}")
    assert (run["state"], run["record"]["run"], run["approval"], run["cancel"]) == ("succeeded", name, "", None)
    assert run["cost_cents"] == run["record"]["cost_cents"] > 0
    entries, cursor = [], ""
    while True:
        page = await house.get(f"/runs/{name}/events?limit=3&cursor={cursor}")
        entries += page["items"]
        if not (cursor := page["next"]):
            break
    kept = await house.one.context.store.entries(run=name)
    assert [(each["seq"], each["kind"], each["hash"]) for each in entries] == [
        (entry.seq, entry.event.kind, entry.hash) for entry in kept
    ]
    compared = await house.get(f"/runs/{name}/candidates")
    (chosen,) = [each for each in compared["items"] if each["chosen"]]
    assert run["place"] == "/".join(part for part in (chosen["cloud"], chosen["region"], chosen["zone"]) if part)
    assert all(each["why_lost"] for each in compared["items"] if not each["chosen"])
    denied = await house.get(f"/runs/{name}/candidates?verdict=deny&limit=1000")
    assert all(each["verdict"] == "deny" and each["violations"] for each in denied["items"])
    assert compared["total"] >= len(compared["items"]) > 0


async def test_a_run_that_ended_comes_out_the_same_again(house: ApiHouse) -> None:
    told = await house.get(f"/runs/{await house.ended()}/replay")
    assert (told["differences"], told["decisions"] > 0) == ([], True)


async def test_an_answer_that_has_not_changed_is_not_sent_again(house: ApiHouse) -> None:
    name = await house.started()
    first = await house.call("GET", f"/runs/{name}")
    tag = first.headers["etag"]
    for held in (tag, f'"other", W/{tag}', "*"):
        again = await house.call("GET", f"/runs/{name}", headers={"if-none-match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    await house.one.tick()
    changed = await house.call("GET", f"/runs/{name}", headers={"if-none-match": tag})
    assert (changed.status_code, changed.json()["state"]) == (200, "succeeded")


async def test_a_run_is_cancelled_by_its_owner_or_an_operator_and_by_nobody_else(house: ApiHouse) -> None:
    name = await house.started()
    refused = await house.call("POST", f"/runs/{name}/cancel", GUEST, json={})
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")
    taken = await house.call("POST", f"/runs/{name}/cancel", OPS, json={"reason": "not needed"})
    assert (taken.status_code, taken.json()["cancel"]["by"], taken.json()["cancel"]["reason"]) == (
        202, OPS.id, "not needed"
    )  # fmt: skip
    await house.one.tick()
    assert (await house.get(f"/runs/{name}"))["code"] == "CANCELLED"
    late = await house.call("POST", f"/runs/{name}/cancel", json={})
    assert (late.status_code, late.json()["code"]) == (409, "CONFLICT")


async def test_a_question_is_answered_by_a_new_run(house: ApiHouse) -> None:
    name = await house.ended("Train a model in the EU")
    question = (await house.get(f"/runs/{name}"))["question"]
    assert "GPUs" in question
    answer = await house.call("POST", f"/runs/{name}/answer", json={"text": "One A100 for 6 hours, under $100"})
    assert (answer.status_code, answer.json()["text"].splitlines()[0]) == (201, "Train a model in the EU")
    refused = await house.call("POST", f"/runs/{answer.json()['id']}/answer", json={"text": "more"})
    assert refused.status_code == 409


async def test_a_preview_prices_what_is_on_sale_and_has_it_judged(house: ApiHouse) -> None:
    wanted = {"text": "Run a batch job on 4 vCPUs for 2 hours, EU only, under $20", "limit": 200}
    told = (await house.call("POST", "/plans", json=wanted)).json()["candidates"]
    rows, (chosen,) = told["items"], [each for each in told["items"] if each["chosen"]]
    assert chosen == rows[0]
    assert chosen["total_cents"] == min(each["total_cents"] for each in rows if each["verdict"] == "allow")
    assert {each["cloud"] for each in rows if each["verdict"] == "allow"} == {"aws", "azure", "gcp"}
    assert (told["total"] > 200, len(rows), told["removed"]["RESIDENCY"] > 0) == (True, 200, True)
    outage = Degraded(cloud=chosen["cloud"], reason="Its tools do not answer.", since=house.clock.now())
    event = Event(run="r", tenant="acme", kind="alert.cloud_degraded", body={}, at=house.clock.now())
    await house.one.context.store.mark_degraded(outage, event)
    told = (await house.call("POST", "/plans", json=wanted)).json()["candidates"]
    assert chosen["cloud"] not in {each["cloud"] for each in told["items"]}
    stop = {"text": "Run a batch job on 4 vCPUs for 2 hours, on spot, EU only", "environment": "production"}
    told = (await house.call("POST", "/plans", json=stop)).json()["candidates"]
    assert {each["verdict"] for each in told["items"]} <= {"ask", "deny"}


async def test_a_preview_reads_the_words_and_keeps_nothing(house: ApiHouse) -> None:
    answer = await house.call("POST", "/plans", json={"text": "Run a batch job on 4 vCPUs for 2 hours, EU only"})
    told = answer.json()
    assert (answer.status_code, told["workload"]["vcpus"], told["brief"]["hours"]) == (200, 4, 2.0)
    assert {each["field"] for each in told["evidence"]} >= {"vcpus", "hours", "residency"}
    vague = (await house.call("POST", "/plans", json={"text": "Train a model"})).json()
    assert (vague["question"] != "", vague["candidates"]["total"]) == (True, 0)
    unread = await house.call("POST", "/plans", json={"text": "hello"})
    assert (unread.status_code, unread.json()["code"]) == (422, "UNCLEAR")
    assert await house.one.context.store.entries() == []
