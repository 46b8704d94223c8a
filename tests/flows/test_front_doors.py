"""A request through each door of this machine, followed to its end: done, denied, and approved first."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from functions.orchestrate.orchestrator import orchestrate
from functions.orchestrate.surroundings import surroundings
from tests.flows.house import House
from tests.flows.test_wire import MODES, bearer, token
from workflow.model.principal import Principal

BATCH = "Run a batch job on 4 vCPUs for 2 hours, EU only, under $20"
DENIED = "Put our patients' records on a bucket in us-east-1, must stay in the EU"
GRACE = Principal(id="grace@example.com", tenant="acme", roles=("operator",))
ML = Principal(id="mel@example.com", tenant="acme", roles=("ml-engineer", "developer"))


async def tick(house: House) -> None:
    """What an orchestrator does when its time has come."""
    async with surroundings(house.told) as around:
        await orchestrate(around)


def rest(house: House, who: Principal | None = None) -> httpx.AsyncClient:
    """The API as this person."""
    headers = {"authorization": f"Bearer {token(house, 'control', who)}"}
    return httpx.AsyncClient(base_url=f"{house.told.control_url}/api/v1", headers=headers, timeout=60)


async def started(http: httpx.AsyncClient, text: str, **body: Any) -> str:
    """The id of a run that was asked for."""
    answer = await http.post("/runs", json={"text": text, **body})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def run_of(http: httpx.AsyncClient, name: str) -> Any:
    """The run as the API tells it."""
    return (await http.get(f"/runs/{name}")).raise_for_status().json()


async def candidates(http: httpx.AsyncClient, name: str) -> Any:
    """What the run compared, best first."""
    return (await http.get(f"/runs/{name}/candidates?limit=1000")).raise_for_status().json()["items"]


async def test_a_run_is_asked_for_over_rest_and_followed_to_its_end(house: House) -> None:
    async with rest(house) as http:
        expected = (await http.post("/plans", json={"text": BATCH})).json()["candidates"]["items"][0]
        name = await started(http, BATCH)
        async with http.stream("GET", f"/runs/{name}/stream") as stream:
            ticking = asyncio.create_task(tick(house))
            lines = [json.loads(line[6:]) async for line in stream.aiter_lines() if line.startswith("data: ")]
            await ticking
        run = await run_of(http, name)
        (chosen,) = [each for each in (await candidates(http, name)) if each["chosen"]]
        clouds = (await http.get("/clouds")).json()["items"]
    kinds = [told["kind"] for told in lines if "kind" in told]
    assert (kinds[0], kinds[-1], run["state"]) == ("requested", "finished", "succeeded")
    assert kinds == [entry.event.kind for entry in await house.entries(name)]
    assert chosen == expected
    assert {(each["status"], each["circuits"] is not None) for each in clouds} == {("up", True)}
    made = {each["id"] for each in run["record"]["resources"]}
    assert made & {held.rpartition(" ")[2] for names in (await house.holdings()).values() for held in names} == made


async def test_a_denial_over_rest_says_the_rule_and_the_remedy_and_makes_nothing(house: House) -> None:
    async with rest(house) as http:
        name = await started(http, DENIED)
        await tick(house)
        run = await run_of(http, name)
        denials = (await http.get("/policies/denials")).json()
    assert (run["state"], run["code"] != "", run["record"]["remedy"] != "") == ("denied", True, True)
    assert "items" in denials
    assert not any((await house.holdings()).values())


async def test_what_waits_over_rest_is_approved_over_rest_and_goes_on(house: House) -> None:
    async with rest(house, ML) as http, rest(house, GRACE) as approver:
        name = await started(http, BATCH, environment="production")
        await tick(house)
        waiting = await run_of(http, name)
        assert (waiting["state"], waiting["approval"] != "") == ("waiting", True)
        shown = await approver.get(f"/approvals/{waiting['approval']}")
        said = await approver.post(
            f"/approvals/{waiting['approval']}/decision",
            json={"approved": True, "subject": shown.json()["subject"], "reason": "fine"},
            headers={"if-match": shown.headers["etag"]},
        )
        assert said.status_code == 200, said.text
        await tick(house)
        assert (await run_of(http, name))["state"] == "succeeded"


async def called(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool says, structured."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error is False, result
    return result.structured_content


@pytest.mark.parametrize("mode", MODES)
async def test_an_agent_asks_for_an_outcome_over_mcp_and_hears_what_came_of_it(house: House, mode: str) -> None:
    url = f"{house.told.control_url}/mcp/runs"
    async with (
        bearer(token(house, "control")) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        rest(house) as api,
    ):
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert names == {
            "start_run", "follow_run", "answer_run", "request_approval", "cancel_run", "explain_run", "list_runs"
        }  # fmt: skip
        begun = await called(client, "start_run", text=BATCH, key=f"k-{mode}")
        assert (await called(client, "start_run", text=BATCH, key=f"k-{mode}"))["run"] == begun["run"]
        ticking = asyncio.create_task(tick(house))
        after, heard = 0, []
        while True:
            told = await called(client, "follow_run", run=begun["run"], after=after, wait_seconds=5)
            heard += [each["kind"] for each in told["news"]]
            after = told["last"]
            if told["state"] != "running" and not told["news"]:
                break
        await ticking
        why = await called(client, "explain_run", run=begun["run"])
        listed = await called(client, "list_runs", limit=1)
        seen = await run_of(api, begun["run"])
    assert (heard[0], heard[-1], told["state"]) == ("requested", "finished", "succeeded")
    assert (why["verdict"], why["compared"] > 1, len(why["lost"]) > 0) == ("allow", True, True)
    assert why["understood"]["vcpus"] == "4"
    assert (listed["runs"][0]["run"], seen["state"], seen["channel"]) == (begun["run"], "succeeded", "mcp")


async def test_an_agent_gets_a_link_for_a_person_and_cannot_say_yes_itself(house: House) -> None:
    url = f"{house.told.control_url}/mcp/runs"
    async with (
        bearer(token(house, "control", ML)) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        begun = await called(client, "start_run", text=BATCH, environment="production")
        await tick(house)
        told = await called(client, "request_approval", run=begun["run"])
        assert told["approval_url"] == f"{house.told.control_url}/approvals/{told['approval']}"
        assert any("create" in line for line in told["would_do"])
        assert told["asked_because"][0]["code"]
        ended = await called(client, "cancel_run", run=begun["run"], reason="not needed")
        await tick(house)
        ended = await called(client, "follow_run", run=begun["run"], after=told_last(ended))
    assert (ended["state"], ended["code"]) == ("failed", "CANCELLED")


def told_last(told: Any) -> int:
    """Where to go on from; everything, where nothing was heard yet."""
    return int(told.get("last", 0))


async def until_ended(http: httpx.AsyncClient, name: str) -> Any:
    """The run once it has ended, however often that takes a look."""
    async with asyncio.timeout(120):
        while (run := await run_of(http, name))["record"] is None:
            async with http.stream("GET", f"/runs/{name}/stream") as stream:
                async for _ in stream.aiter_lines():
                    pass
    return run


async def test_one_command_serves_it_all_and_goes_on_with_what_the_doors_start(house: House) -> None:
    serving = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "functions.cli.main", "serve", "--json", env=dict(os.environ), stdout=subprocess.PIPE
    )
    try:
        assert serving.stdout is not None
        text = await serving.stdout.readuntil(b"}")
        assert json.loads(text)["api"] == f"{house.told.control_url}/api/v1"
        async with rest(house) as http:
            assert (await until_ended(http, await started(http, BATCH)))["state"] == "succeeded"
    finally:
        serving.send_signal(signal.SIGINT)
        code = await asyncio.wait_for(serving.wait(), 60)
    assert code == 0
    # What somebody else had started is left as it was.
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{house.told.control_url}/healthz")).status_code == 200
