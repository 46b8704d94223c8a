"""Reads that cannot be answered just now: asked again shortly, and no cloud is blamed for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.fakes.offers import NOW, ToldTools, a_request
from tests.unit.deploy.test_true_minimum import context, prices
from workflow.deploy.again import ATTEMPTS
from workflow.deploy.allocator import allocate
from workflow.deploy.brief import brief
from workflow.deploy.candidates import Candidate
from workflow.deploy.context import Context
from workflow.deploy.finisher import conclude
from workflow.deploy.state import State, dump
from workflow.model.base import Json
from workflow.model.decision import Decision, Violation
from workflow.model.errors import NoPermission, OutcomeUnknown, Throttled, TollgateError, TrustUnknown
from workflow.model.offer import Exclusion
from workflow.model.ports import ToolResult
from workflow.model.workload import Workload

__all__ = ["context"]

STATE: State = {
    "request": dump(a_request()),
    "brief": dump(brief(Workload(kind="batch", vcpus=4, memory_gib=16, hours=1, residency=("EU",)))),
    "attempt": 0,
    "exclusions": [],
}


def stumbling(tool: str, error: TollgateError, times: int) -> ToldTools:
    """Tools of which one fails so often at each cloud before it answers."""
    failed: Counter[str] = Counter()

    def answer(asked: str, cloud: str, arguments: Json) -> ToolResult:
        if asked == tool and failed[cloud] < times:
            failed[cloud] += 1
            raise error
        return prices(asked, cloud, arguments)

    return ToldTools(answer)


async def choice(context: Context, tools: ToldTools) -> Candidate | None:
    """What the allocator takes."""
    after = await allocate(replace(context, tools=tools), STATE)
    return Candidate.model_validate(after["choice"]) if after.get("choice") else None


@pytest.mark.parametrize("tool", ["get_cost_estimate", "get_quotas"])
@pytest.mark.parametrize("error", [TrustUnknown("no keys yet"), Throttled("slowly")], ids=lambda e: e.code)
async def test_what_passes_by_itself_changes_no_choice(context: Context, tool: str, error: TollgateError) -> None:
    undisturbed = await choice(context, ToldTools(prices))
    assert undisturbed is not None
    assert await choice(context, stumbling(tool, error, ATTEMPTS - 1)) == undisturbed


@pytest.mark.parametrize("error", [NoPermission("no"), OutcomeUnknown("?")], ids=lambda e: e.code)
async def test_what_does_not_pass_is_asked_once_at_each_cloud(context: Context, error: TollgateError) -> None:
    tools = stumbling("get_cost_estimate", error, 1)
    await choice(context, tools)
    assert set(Counter(cloud for tool, cloud, _ in tools.calls if tool == "get_cost_estimate").values()) == {1}


NO = Violation(code="CLOUD_OFF", message="The cloud aws is switched off.", remedy="Ask.")
UNREAD = "its prices may not be read: CLOUD_OFF: The cloud aws is switched off."


def unread(asked: str, cloud: str, arguments: Json) -> ToolResult | Decision:
    """A function of AWS that has not heard yet that its cloud is on again."""
    if (asked, cloud) == ("get_cost_estimate", "aws"):
        return Decision(verdict="deny", violations=(NO,), revision="r", input_digest="")
    return prices(asked, cloud, arguments)


async def test_a_cloud_whose_prices_may_not_be_read_is_left_out_and_said_to_be(context: Context) -> None:
    after = await allocate(replace(context, tools=ToldTools(unread)), STATE)
    assert after["exclusions"] == [dump(Exclusion(cloud="aws", reason=UNREAD))]
    assert Candidate.model_validate(after["choice"]).priced.offer.cloud in {"azure", "gcp"}


async def test_who_is_denied_what_is_left_hears_which_cloud_was_not_asked(context: Context) -> None:
    capped = brief(
        Workload(kind="batch", vcpus=4, memory_gib=16, hours=1, residency=("EU",), budget_usd=0.01, budget_per="run")
    )
    state: State = {**STATE, "brief": dump(capped), "started_at": NOW.isoformat()}
    after = await allocate(replace(context, tools=ToldTools(unread)), state)
    record = conclude({**state, **after}, NOW)
    assert (record.state, record.code) == ("denied", "BUDGET_REQUEST")
    assert record.reason.endswith(f"; aws is left out: {UNREAD}")
