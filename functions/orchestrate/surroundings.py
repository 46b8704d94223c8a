"""What conducting runs takes, opened once for all of them: store, checkpoints, control plane, judges."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from functions.http import HttpPost
from functions.judges import bench
from functions.registry import contracts
from functions.serve.plane import control
from functions.serve.settings import Settings
from functions.serve.terms import offpeak
from mcp_handlers.kernel.clock import SystemClock
from workflow.control.decide import Control
from workflow.deploy import mcp_tools
from workflow.deploy.context import Context
from workflow.deploy.graph import Graph, build
from workflow.deploy.journal import Journal
from workflow.deploy.precedents import Precedents
from workflow.language.choose import choose
from workflow.model.ports import Event, ToolClient
from workflow.model.principal import Principal
from workflow.store.checkpoints import open_checkpoints
from workflow.store.store import Store, open_store

PATIENCE = 120.0
"""Somebody sits at a terminal and waits too: so long, they rather see the end."""

Seen = Callable[[Event], None]


@cache
def precedents() -> Precedents:
    """What this process's judge has said before, in whosever run. Of policies that changed since nothing is taken."""
    return Precedents()


def unseen(event: Event) -> None:
    """Nobody watches."""


def plain(tools: ToolClient) -> ToolClient:
    """The tools as they are."""
    return tools


@dataclass(frozen=True)
class Surroundings:
    """`judgement` is the control plane's own; tools are called through its `/mcp`."""

    told: Settings
    store: Store
    graph: Graph
    judgement: Control

    @asynccontextmanager
    async def at_work(
        self,
        principal: Principal,
        seen: Seen = unseen,
        watched: Callable[[ToolClient], ToolClient] = plain,
        until: datetime | None = None,
        patience: float = PATIENCE,
    ) -> AsyncIterator[tuple[Context, Graph]]:
        """An MCP client that acts for `principal`, and the graph over it, which parks a run rather than wait more than
        `patience` seconds for a cloud. Raises ControlDown where nothing answers."""
        url, clock = f"{self.told.control_url}/mcp", SystemClock()
        async with mcp_tools.connect(url, lambda: self.judgement.signer.token(principal, "control")) as tools:
            context = Context(
                language=choose(os.environ, self.store),
                tools=watched(tools),
                gate=self.judgement.gate,
                control=self.judgement,
                store=self.store,
                clock=clock,
                journal=Journal(self.store, clock, seen),
                contracts=contracts(),
                clouds=self.told.clouds,
                offpeak=offpeak(),
                until=until,
                patience=patience,
                precedents=precedents(),
            )
            yield context, self.graph


@asynccontextmanager
async def surroundings(told: Settings) -> AsyncIterator[Surroundings]:
    """All of it opened together and closed together."""
    post = HttpPost()
    async with open_store(told.database) as store, open_checkpoints(told.database) as saver:
        judges = bench(store, SystemClock())
        try:
            yield Surroundings(told, store, build(saver), control(told, store, post, judges.gate))
        finally:
            await judges.close()
            await post.close()
