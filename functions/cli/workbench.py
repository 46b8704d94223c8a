"""Everything a command needs to conduct one person's runs on this machine, opened together and closed together.

The graph, its library and the clients come with the first run that is conducted here: a command that only looks at
something starts in a fifth of the time without them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.serve.settings import Settings
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.ports import Event, ToolClient, ToolResult
from workflow.model.principal import Principal
from workflow.model.run import Run
from workflow.model.workload import Request

if TYPE_CHECKING:
    from workflow.deploy.context import Context
    from workflow.deploy.graph import Graph

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
    from functions.orchestrate.surroundings import surroundings

    def watched(tools: ToolClient) -> ToolClient:
        return _Watched(tools, watch)

    async with surroundings(told) as around, around.at_work(principal, observer, watched) as bench:
        yield bench


async def begin(told: Settings, request: Request, observer: Callable[[Event], None], watch: Watch) -> Run:
    """Conduct a request until it waits or has ended."""
    from workflow.deploy.conduct import start

    async with workbench(told, request.principal, observer, watch) as (context, graph):
        return await start(context, graph, request)


async def go_on(told: Settings, run: str, principal: Principal, observer: Callable[[Event], None], watch: Watch) -> Run:
    """Go on with a run from its last checkpoint until it waits or has ended."""
    from workflow.deploy.conduct import resume

    async with workbench(told, principal, observer, watch) as (context, graph):
        return await resume(context, graph, run)
