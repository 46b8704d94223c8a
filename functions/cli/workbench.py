"""Everything a command needs to conduct one person's runs on this machine, opened together and closed together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from functions.orchestrate.surroundings import surroundings
from functions.serve.settings import Settings
from workflow.deploy.context import Context
from workflow.deploy.graph import Graph
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.ports import Event, ToolClient, ToolResult
from workflow.model.workload import Principal

Watch = Callable[[str, str, float], None]
"""Told of each tool call: (tool, cloud, seconds)."""


@dataclass(frozen=True)
class _Watched:
    """A ToolClient that says how long each call took."""

    tools: ToolClient
    watch: Watch

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> ToolResult | Decision:
        """As the client beneath, and told of afterwards."""
        answer = await self.tools.call(tool, cloud, arguments, run=run, step=step, version=version)
        if isinstance(answer, ToolResult):
            self.watch(tool, cloud, answer.seconds)
        return answer


@asynccontextmanager
async def workbench(
    told: Settings, principal: Principal, observer: Callable[[Event], None], watch: Watch
) -> AsyncIterator[tuple[Context, Graph]]:
    """Store, checkpoints, control plane and an MCP client that acts for `principal`."""

    def watched(tools: ToolClient) -> ToolClient:
        return _Watched(tools, watch)

    async with surroundings(told) as around, around.at_work(principal, observer, watched) as bench:
        yield bench
