"""A call whose token grew old on its way, because a clock jumped: it is signed and sent again, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mcp_handlers.kernel.grant import LIFETIME_SECONDS
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import Unauthorized
from workflow.model.ports import Clock, ToolClient, ToolResult


@dataclass(frozen=True)
class FreshTools:
    """The ToolClient port. Whoever refuses a token has done nothing, and `tools` signs a new one for every call."""

    tools: ToolClient = field(repr=False)
    clock: Clock

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> ToolResult | Decision:
        """The same call with the same key. Raises Unauthorized where a fresh token is refused too."""
        signed = self.clock.now()
        try:
            return await self.tools.call(tool, cloud, arguments, run=run, step=step, version=version)
        except Unauthorized:
            if _holds(signed, self.clock.now()):
                raise
        return await self.tools.call(tool, cloud, arguments, run=run, step=step, version=version)


def _holds(signed: datetime, now: datetime) -> bool:
    """Whether everything that was signed for the call is in force still: a Grant is what holds shortest."""
    return timedelta(0) <= now - signed < timedelta(seconds=LIFETIME_SECONDS)
