"""MCP as a front door, call by call: one demand is one run, nothing of other tenants, and no yes from an agent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.runs import TEXT
from functions.registry import contracts
from functions.runs_mcp.contracts import TOOLS
from functions.runs_mcp.door import Door
from mcp_handlers.kernel.deadline import DEADLINE, written
from mcp_handlers.kernel.elicit import APPROVAL
from mcp_handlers.kernel.result import ERROR
from tests.contract.test_store_approvals import a_request
from tests.unit.api.house import ANA, EVE, GUEST, ApiHouse, api_house
from workflow.control.rate import Limit, Limits, Rates
from workflow.model.errors import RateLimited, Unauthorized
from workflow.model.lease import Wait
from workflow.model.ports import Event
from workflow.model.principal import Principal

MUCH = Limit(per_second=10_000, burst=100_000)
PLENTY = Limits(risks={"read": MUCH, "write": MUCH, "destructive": MUCH})
OPENS_LINKS = {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {"url": {}}}}


@dataclass
class Agent:
    """A client of the door."""

    house: ApiHouse
    door: Door

    async def raw(self, tool: str, who: Principal = ANA, meta: Any = None, **arguments: Any) -> Any:
        """The result as it is."""
        headers = {"authorization": f"Bearer {self.house.token(who)}", "mcp-protocol-version": "2026-07-28"}
        return await self.door.call(headers, tool, arguments, meta or {})

    async def says(self, tool: str, who: Principal = ANA, **arguments: Any) -> Any:
        """What a call that goes well says."""
        result = await self.raw(tool, who, **arguments)
        assert not result.is_error, result.text
        TOOLS[tool].output.model_validate(result.structured)
        return result.structured

    async def fails(self, tool: str, who: Principal = ANA, **arguments: Any) -> str:
        """The code of a call that goes badly."""
        result = await self.raw(tool, who, **arguments)
        return str(result.meta[ERROR]["code"])


def door_of(house: ApiHouse, limits: Limits = PLENTY) -> Door:
    """The door over the house's store."""
    around = house.api.around
    rates = Rates(limits, around.clock)
    return Door(around.intake, around.desk, house.api.identity, rates, contracts(), "http://x/approvals", poll=0.005)


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[Agent]:
    """A client over an empty store."""
    async with api_house(tmp_path) as house:
        yield Agent(house, door_of(house))


async def test_a_demand_with_a_key_is_one_run_whatever_door_it_came_through(agent: Agent) -> None:
    begun = await agent.says("start_run", text=TEXT, key="k1")
    again = await agent.house.call("POST", "/runs", json={"text": TEXT}, headers={"idempotency-key": "k1"})
    assert (again.status_code, again.json()["id"], again.json()["channel"]) == (200, begun["run"], "mcp")
    assert await agent.fails("start_run", text=f"{TEXT}!", key="k1") == "CONFLICT"


async def test_it_is_followed_by_its_numbers_to_its_end_and_explained(agent: Agent) -> None:
    name = (await agent.says("start_run", text=TEXT))["run"]
    first = await agent.says("follow_run", run=name)
    assert [each["kind"] for each in first["news"]] == ["requested"]
    nothing = await agent.says("follow_run", run=name, after=first["last"], wait_seconds=0.02)
    assert (nothing["news"], nothing["last"], nothing["state"]) == ([], first["last"], "running")
    await agent.house.one.tick()
    rest = await agent.says("follow_run", run=name, after=first["last"])
    kept = await agent.house.one.context.store.entries(run=name)
    assert [each["number"] for each in (*first["news"], *rest["news"])] == [entry.seq for entry in kept]
    assert rest["news"][-1]["says"].startswith("It ended succeeded")
    why = await agent.says("explain_run", run=name)
    assert (why["verdict"], why["state"], len(why["lost"])) == ("allow", "succeeded", 5)
    assert all(each["why"] for each in why["lost"])
    assert [run["run"] for run in (await agent.says("list_runs"))["runs"]] == [name]


async def test_after_its_deadline_a_demand_begins_nothing(agent: Agent) -> None:
    over = await agent.raw("start_run", meta={DEADLINE: 1}, text=TEXT)
    assert over.meta[ERROR]["code"] == "DEADLINE_EXCEEDED"
    assert await agent.house.one.context.store.list_runs() == []


async def test_who_waits_for_news_is_answered_before_the_deadline(agent: Agent) -> None:
    name = (await agent.says("start_run", text=TEXT))["run"]
    soon = agent.house.clock.now() + timedelta(seconds=0.05)
    async with asyncio.timeout(5):
        nothing = await agent.raw("follow_run", meta=written(soon), run=name, after=10_000, wait_seconds=20)
    assert nothing.structured["news"] == []


async def test_a_question_is_answered_with_a_new_run(agent: Agent) -> None:
    name = (await agent.says("start_run", text="Train a model in the EU"))["run"]
    await agent.house.one.tick()
    asked = await agent.says("follow_run", run=name)
    assert asked["question"] in asked["next_step"]
    answered = await agent.says("answer_run", run=name, answer="One A100 for 6 hours, under $100")
    assert answered["run"] != name
    assert await agent.fails("answer_run", run=answered["run"], answer="more") == "CONFLICT"


async def waiting(agent: Agent) -> str:
    """A run that waits for an operator's yes."""
    name = (await agent.says("start_run", text=TEXT))["run"]
    store, now = agent.house.one.context.store, agent.house.clock.now()
    request = a_request("a1", requester=ANA.id, run=name)
    await store.ask_approval(request, Event(run=name, tenant="acme", kind="approval.asked", body={}, at=now))
    (lease,) = await store.claim_runs("one", now, now, 1)
    run = await store.get_run(name)
    assert run is not None
    wait = Wait(kind="approval", subject="a1", wake_at=request.expires_at)
    await store.park_run(lease, run.model_copy(update={"state": "waiting"}), wait, now)
    return name


async def test_what_waits_is_a_link_for_a_person_and_a_question_to_who_opens_links(agent: Agent) -> None:
    name = await waiting(agent)
    told = await agent.says("request_approval", run=name)
    assert (told["approval"], told["approval_url"], told["would_do"]) == (
        "a1", "http://x/approvals/a1", ["in all $1.00"]
    )  # fmt: skip
    result = await agent.raw("request_approval", meta=OPENS_LINKS, run=name)
    wire = result.wire()
    assert (wire["resultType"], wire["inputRequests"]["a1"]["params"]["url"]) == (
        "input_required", "http://x/approvals/a1"
    )  # fmt: skip
    assert wire["_meta"][APPROVAL]["id"] == "a1"
    assert not any("approve" in tool or "deny" in tool or "decide" in tool for tool in TOOLS)


async def test_what_waits_for_nobody_has_no_link(agent: Agent) -> None:
    name = (await agent.says("start_run", text=TEXT))["run"]
    told = await agent.says("request_approval", run=name)
    assert (told["approval"], told["approval_url"]) == ("", "")


async def test_only_who_may_ends_a_run_and_another_tenant_learns_nothing(agent: Agent) -> None:
    name = (await agent.says("start_run", text=TEXT))["run"]
    assert await agent.fails("cancel_run", GUEST, run=name) == "FORBIDDEN"
    for tool in ("follow_run", "explain_run", "request_approval", "cancel_run"):
        assert await agent.fails(tool, EVE, run=name) == "NOT_FOUND"
    assert (await agent.says("list_runs", EVE))["runs"] == []
    assert (await agent.says("cancel_run", run=name))["run"] == name


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("start_run", {}), ("start_run", {"text": ""}), ("start_run", {"text": "x", "tenant": "umbrella"}),
        ("start_run", {"text": "x y", "environment": "moon"}), ("follow_run", {"run": "../x"}),
        ("follow_run", {"run": "r", "wait_seconds": 999}), ("follow_run", {"run": "r", "after": -1}),
    ],
)  # fmt: skip
async def test_arguments_that_are_none_are_refused_and_keep_nothing(
    agent: Agent, tool: str, arguments: dict[str, Any]
) -> None:
    assert await agent.fails(tool, **arguments) == "BAD_REQUEST"
    assert await agent.house.one.context.store.list_runs() == []


async def test_nobody_comes_in_without_a_token_or_more_often_than_they_may(tmp_path: Path) -> None:
    few = Limit(per_second=0.1, burst=1)
    async with api_house(tmp_path) as house:
        agent = Agent(house, door_of(house, Limits(risks={"read": few, "write": few, "destructive": few})))
        with pytest.raises(Unauthorized):
            await agent.door.call({}, "list_runs", {}, {})
        await agent.says("list_runs")
        with pytest.raises(RateLimited):
            await agent.raw("list_runs")
