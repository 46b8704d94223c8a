"""The ToolClient port over the official MCP client: every tool call of a run goes to the control plane's `/mcp`."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from mcp_handlers.kernel.intake import VERSION
from mcp_handlers.kernel.result import DECISION, ERROR, RECEIPT
from workflow.control.front import FENCE
from workflow.control.occasion import RUN, STEP
from workflow.deploy import hand
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import BY_CODE, ControlDown, failure
from workflow.model.ports import ToolResult
from workflow.model.resource import Receipt

CALL_TIMEOUT_SECONDS = 300
"""A call may start machines; the clouds' own deadlines are shorter."""


class _Bearer(httpx2.Auth):
    """A fresh token for every request, so that none expires in the middle of a run."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def auth_flow(self, request: httpx2.Request) -> Any:
        request.headers["authorization"] = f"Bearer {self._token()}"
        yield request


@dataclass(frozen=True)
class McpTools:
    """Calls tools through an open MCP client."""

    client: Client

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> ToolResult | Decision:
        """One tools/call. `run` and `step` go along in `_meta`; they name the effect."""
        meta: Any = {RUN: run, STEP: step, FENCE: hand.token.get()} if run and step else {}
        if version is not None:
            meta[VERSION] = version
        started = time.perf_counter()
        try:
            result = await self.client.call_tool(tool, {"cloud": cloud, **arguments}, meta=meta or None)
        except MCPError as error:
            data = error.error.data if isinstance(error.error.data, dict) else {}
            if data.get("code") in BY_CODE:
                said = (error.error.message, data.get("remedy", ""), data.get("retry_after"))
                raise failure(data["code"], *said) from None
            raise ControlDown(f"The control plane answered: {error.error.message}") from None
        seconds = time.perf_counter() - started
        told: dict[str, Any] = dict(result.meta or {})
        if DECISION in told:
            return Decision.model_validate(told[DECISION])
        if result.is_error:
            error_body = told.get(ERROR) or {"code": "INTERNAL", "message": f"{tool} failed without saying why."}
            said = (error_body["message"], error_body.get("remedy", ""), error_body.get("retry_after"))
            raise failure(error_body["code"], *said)
        receipt = Receipt.model_validate(told[RECEIPT]) if RECEIPT in told else None
        return ToolResult(output=dict(result.structured_content or {}), receipt=receipt, seconds=seconds)


@asynccontextmanager
async def connect(url: str, token: Callable[[], str]) -> AsyncIterator[McpTools]:
    """A ToolClient on the control plane's `/mcp` at `url`. Raises ControlDown where nothing answers there."""
    timeout = httpx2.Timeout(10, read=CALL_TIMEOUT_SECONDS)
    async with httpx2.AsyncClient(auth=_Bearer(token), timeout=timeout) as http:
        try:
            client = Client(streamable_http_client(url, http_client=http), mode="2026-07-28")
            await client.__aenter__()
        except (httpx2.HTTPError, MCPError) as error:
            raise ControlDown(f"No control plane answers at {url}: {error}") from error
        try:
            yield McpTools(client)
        finally:
            await client.__aexit__(None, None, None)
