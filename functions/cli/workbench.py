"""Everything a command needs to conduct runs on this machine, opened together and closed together."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from functions.http import HttpPost
from functions.judges import bench
from functions.registry import cloud_names, contracts
from functions.serve.plane import control
from functions.serve.settings import Settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.deploy import mcp_tools
from workflow.deploy.context import Context
from workflow.deploy.graph import Graph, build
from workflow.deploy.journal import Journal
from workflow.language.choose import choose
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.ports import Event, ToolClient, ToolResult
from workflow.model.workload import Principal
from workflow.store.checkpoints import open_checkpoints
from workflow.store.store import open_store

Watch = Callable[[str, str, float], None]
"""Told of each tool call: (tool, cloud, seconds)."""


@dataclass(frozen=True)
class _Watched:
    """A ToolClient that says how long each call took."""

    tools: ToolClient
    watch: Watch

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = ""
    ) -> ToolResult | Decision:
        """As the client beneath, and told of afterwards."""
        answer = await self.tools.call(tool, cloud, arguments, run=run, step=step)
        if isinstance(answer, ToolResult):
            self.watch(tool, cloud, answer.seconds)
        return answer


@asynccontextmanager
async def workbench(
    told: Settings, principal: Principal, observer: Callable[[Event], None], watch: Watch
) -> AsyncIterator[tuple[Context, Graph]]:
    """Store, checkpoints, control plane and an MCP client that acts for `principal`."""
    post, clock = HttpPost(), SystemClock()
    async with open_store(told.database) as store, open_checkpoints(told.database) as saver:
        judges = bench(store, clock)
        judgement = control(told, store, post, judges.gate)
        url = f"{told.control_url}/mcp"
        async with mcp_tools.connect(url, lambda: judgement.signer.token(principal, "control")) as tools:
            context = Context(
                language=choose(os.environ),
                tools=_Watched(tools, watch),
                gate=judgement.gate,
                control=judgement,
                store=store,
                clock=clock,
                journal=Journal(store, clock, observer),
                contracts=contracts(),
                clouds=cloud_names(),
            )
            try:
                yield context, build(context, saver)
            finally:
                await judges.close()
    await post.close()
