"""A token that grew old between signing and checking ends no run; one that is refused for another reason does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from mcp_handlers.kernel.grant import LIFETIME_SECONDS
from tests.fakes.clock import FixedClock
from workflow.deploy.fresh import FreshTools
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import Rejected, TollgateError, Unauthorized
from workflow.model.ports import ToolResult

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DONE = ToolResult(output={"made": True}, seconds=0)


@dataclass
class Jumping:
    """Tools behind a check that refuses as it is told; the clock jumps by as much each time."""

    clock: FixedClock
    refusals: list[TollgateError]
    jump: timedelta
    calls: list[tuple[str, str, str, str]] = field(default_factory=list)

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> ToolResult | Decision:
        self.calls.append((tool, cloud, run, step))
        if not self.refusals:
            return DONE
        self.clock.moment += self.jump
        raise self.refusals.pop(0)


def tools(jump: timedelta, *refusals: TollgateError) -> Jumping:
    return Jumping(FixedClock(NOON), list(refusals), jump)


async def called(told: Jumping) -> ToolResult | Decision:
    return await FreshTools(told, told.clock).call("provision_compute", "gcp", {}, run="r1", step="s1")


@pytest.mark.parametrize("jump", [timedelta(hours=2), timedelta(hours=-2), timedelta(seconds=LIFETIME_SECONDS)])
async def test_after_a_jump_of_the_clock_the_same_effect_is_asked_for_once_more(jump: timedelta) -> None:
    told = tools(jump, Unauthorized("The token has expired."))
    assert await called(told) == DONE
    assert told.calls == [("provision_compute", "gcp", "r1", "s1")] * 2


@pytest.mark.parametrize(
    ("jump", "refusals", "calls"),
    [
        (timedelta(seconds=LIFETIME_SECONDS - 1), [Unauthorized("Not genuine.")], 1),
        (timedelta(hours=2), [Unauthorized("It has expired.")] * 2, 2),
        (timedelta(hours=2), [Rejected("No such machine.")], 1),
    ],
    ids=["a fresh token", "twice", "another error"],
)
async def test_what_no_new_token_helps_is_raised(jump: timedelta, refusals: list[TollgateError], calls: int) -> None:
    told = tools(jump, *refusals)
    with pytest.raises(type(refusals[0])):
        await called(told)
    assert len(told.calls) == calls
