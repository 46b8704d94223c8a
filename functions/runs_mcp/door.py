"""MCP as a front door: a Service whose tools start, follow, explain and end runs. It reaches no cloud."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.runs_mcp.contracts import (
    MOST_NEWS,
    TOOLS,
    ApprovalOutput,
    FollowOutput,
    RunList,
    RunOutput,
)
from functions.runs_mcp.telling import explained, news, standing, would_do
from mcp_handlers.kernel import deadline, elicit, intake
from mcp_handlers.kernel.identity import Identity
from mcp_handlers.kernel.listing import listed
from mcp_handlers.kernel.result import Result, done, failed
from mcp_handlers.tools.contract import Tool
from workflow.control.approvals.desk import Desk
from workflow.control.rate import Rates
from workflow.intake.intake import Intake
from workflow.model.approval import Asked
from workflow.model.base import Json, Noun
from workflow.model.errors import (
    GateUnavailable,
    InsufficientScope,
    Overloaded,
    RateLimited,
    TollgateError,
    TrustUnknown,
    Unauthorized,
)
from workflow.model.listing import RunFilter
from workflow.model.ports import Entry
from workflow.model.principal import Principal
from workflow.model.run import Run

POLL = 0.3
"""Seconds between two looks for news."""


@dataclass(frozen=True)
class Door:
    """Over the way in and the desk. `cloud_tools` are what runs call, for saying what a yes would let happen; `pages`
    is the address below which a person decides."""

    intake: Intake
    desk: Desk
    identity: Identity
    rates: Rates
    cloud_tools: Mapping[str, Tool]
    pages: str
    poll: float = field(default=POLL)

    @property
    def name(self) -> str:
        """The server's name on the wire."""
        return "tollgate-runs"

    async def listing(self) -> list[Json]:
        """Every tool, by name."""
        return [listed(tool) for _, tool in sorted(TOOLS.items())]

    def has(self, tool: str) -> bool:
        """Whether there is such a tool."""
        return tool in TOOLS

    def mirrored(self, tool: str, meta: Json) -> Mapping[str, str]:
        """No argument goes into a header."""
        return {}

    async def call(self, headers: Mapping[str, str], tool: str, arguments: Json, meta: Json) -> Result:
        """Perform one call."""
        contract = TOOLS[tool]
        try:
            principal = await self.identity.authenticate(headers, writes=contract.risk != "read")
            self.rates.take(principal.tenant, contract)
            now = self.desk.clock.now()
            with deadline.kept(deadline.asked(headers, meta, now), now):
                wanted: Any = intake.parse(contract, "", arguments, meta).wanted
                if tool == "request_approval":
                    return elicit.offered(await self._approval(principal, wanted.run), headers, meta)
                return done((await self._performed(principal, tool, wanted)).model_dump(mode="json"))
        except (Unauthorized, InsufficientScope, TrustUnknown, GateUnavailable, RateLimited, Overloaded):
            raise
        except TollgateError as error:
            return failed(error)

    async def _performed(self, who: Principal, tool: str, wanted: Any) -> Noun:
        match tool:
            case "start_run":
                came = await self.intake.submit(
                    who, wanted.text, channel="mcp", key=wanted.key, project=wanted.project,
                    environment=wanted.environment,
                )  # fmt: skip
                return await self._told(came.run)
            case "answer_run":
                return await self._told((await self.intake.answer(who, wanted.run, wanted.answer, channel="mcp")).run)
            case "cancel_run":
                await self.intake.cancel(who, wanted.run, wanted.reason)
                return await self._told(await self.intake.find(who, wanted.run))
            case "follow_run":
                return await self._followed(who, wanted.run, wanted.after, wanted.wait_seconds)
            case "explain_run":
                run = await self.intake.find(who, wanted.run)
                return explained(run, await self._url(run), await self._entries(run.id, 0))
        found = await self.intake.store.page_runs(who.tenant, RunFilter(state=wanted.state), limit=wanted.limit)
        return RunList(runs=tuple([await self._told(run) for run in found]))

    async def _followed(self, who: Principal, name: str, after: int, wait: float) -> FollowOutput:
        # What is left after the last look is for the answer.
        until = time.monotonic() + deadline.remaining(self.desk.clock.now(), wait + self.poll) - self.poll
        while True:
            # Asked before the entries, so that the last of them are not missed.
            run = await self.intake.find(who, name)
            entries = await self.intake.store.entries(run=name, after=after, limit=MOST_NEWS)
            if entries or run.record is not None or time.monotonic() >= until:
                last = entries[-1].seq if entries else after
                told = tuple(news(entry) for entry in entries)
                return FollowOutput(**standing(run, await self._url(run)), news=told, last=last)
            await asyncio.sleep(self.poll)

    async def _approval(self, who: Principal, name: str) -> Result:
        """What a person is to decide, with the link; for a client that opens links, as a question to its person."""
        run = await self.intake.find(who, name)
        asked = await self._asked(who, run)
        told = standing(run, self._page(asked))
        if asked is None:
            return done(ApprovalOutput(**told).model_dump(mode="json"))
        output = ApprovalOutput(
            **told, approval=asked.request.id, expires_at=asked.request.expires_at.isoformat(),
            **would_do(asked.request, self.cloud_tools),
        )  # fmt: skip
        answer = done(output.model_dump(mode="json"))
        link = {"id": asked.request.id, "url": self._page(asked), "expires_at": output.expires_at}
        return Result(answer.text, answer.structured, False, {elicit.APPROVAL: link})

    async def _asked(self, who: Principal, run: Run) -> Asked | None:
        subject = await self._subject(run)
        asked = await self.desk.show(who, subject) if subject else None
        return asked if asked and asked.state(self.desk.clock.now()) == "open" else None

    async def _subject(self, run: Run) -> str:
        place = await self.intake.store.get_place(run.id)
        return place.wait.subject if place and place.wait and place.wait.kind == "approval" else ""

    async def _url(self, run: Run) -> str:
        subject = await self._subject(run)
        return f"{self.pages}/{subject}" if subject else ""

    def _page(self, asked: Asked | None) -> str:
        return f"{self.pages}/{asked.request.id}" if asked else ""

    async def _told(self, run: Run) -> RunOutput:
        return RunOutput(**standing(run, await self._url(run)))

    async def _entries(self, name: str, after: int) -> list[Entry]:
        found: list[Entry] = []
        while page := await self.intake.store.entries(run=name, after=found[-1].seq if found else after):
            found += page
        return found
