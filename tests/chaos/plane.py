"""Control plane and functions in the process that conducts the run, so that whatever kills one kills all of them."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from functions.binding import bind
from functions.judges import live as judge
from functions.orchestrate.surroundings import PATIENCE, Seen, Surroundings, plain, unseen
from functions.registry import cloud_names, contracts
from functions.serve.settings import Settings
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.forward import Post
from mcp_handlers.kernel.result import DECISION, ERROR, RECEIPT
from tests.chaos.boundaries import Boundaries
from workflow.control.front import FENCE
from workflow.control.occasion import RUN, STEP
from workflow.control.sign import Signs
from workflow.deploy import hand
from workflow.deploy.context import Context
from workflow.deploy.graph import Graph
from workflow.deploy.journal import Journal
from workflow.language.rules_parser import RulesParser
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import failure
from workflow.model.ports import ToolClient, ToolResult
from workflow.model.principal import Principal
from workflow.model.resource import Receipt


def functions_here(told: Settings) -> Post:
    """What forwards a call to its function in this process."""
    clouds = {told.cloud_url(cloud): cloud for cloud in cloud_names()}

    @cache
    def endpoint(cloud: str, tool: str) -> Endpoint:
        return bind(cloud, tool, {**os.environ, **told.environment()})

    async def post(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        base, _, tool = url.rpartition("/mcp/")
        answer = await endpoint(clouds[base], tool).rpc({k.lower(): v for k, v in headers.items()}, body)
        return answer.status, answer.body

    return post


@dataclass(frozen=True)
class Here:
    """The ToolClient port over the control plane's endpoint in this process."""

    plane: Endpoint
    signer: Signs
    principal: Principal

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> ToolResult | Decision:
        """One tools/call, under the lease in hand."""
        meta = {RUN: run, STEP: step, FENCE: hand.token.get()} if run and step else {}
        params = {"name": tool, "arguments": {"cloud": cloud, **arguments}, "_meta": meta}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
        token = self.signer.token(self.principal, "control")
        answer = json.loads((await self.plane.rpc({"authorization": f"Bearer {token}"}, body)).body)
        if "error" in answer:
            data = answer["error"].get("data") or {}
            raise failure(data.get("code", "INTERNAL"), answer["error"]["message"], data.get("remedy", ""))
        told = answer["result"].get("_meta", {})
        if DECISION in told:
            return Decision.model_validate(told[DECISION])
        if answer["result"]["isError"]:
            raise failure(told[ERROR]["code"], told[ERROR]["message"], told[ERROR].get("remedy", ""))
        receipt = Receipt.model_validate(told[RECEIPT]) if RECEIPT in told else None
        return ToolResult(output=answer["result"]["structuredContent"], receipt=receipt, seconds=0)


@dataclass(frozen=True)
class HereAtWork(Surroundings):
    """The orchestrator's surroundings with `plane` in this process, and its tools' calls between boundaries."""

    boundaries: Boundaries
    plane: Endpoint
    clouds: tuple[str, ...]

    @asynccontextmanager
    async def at_work(
        self,
        principal: Principal,
        seen: Seen = unseen,
        watched: Callable[[ToolClient], ToolClient] = plain,
        until: datetime | None = None,
        patience: float = PATIENCE,
    ) -> AsyncIterator[tuple[Context, Graph]]:
        """As whoever conducts runs has it."""
        clock = SystemClock()
        context = Context(
            language=RulesParser(),
            tools=self.boundaries.tools(Here(self.plane, self.judgement.signer, principal)),
            gate=judge(),
            control=self.judgement,
            store=self.store,
            clock=clock,
            journal=Journal(self.store, clock, seen),
            contracts=contracts(),
            clouds=self.clouds,
            until=until,
            patience=patience,
            undo_pause=0.01,
        )
        yield context, self.graph
