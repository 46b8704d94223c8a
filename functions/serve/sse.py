"""The transport of MCP's first revision, HTTP with server-sent events, for clients that know no other. Local only.

The official SDK speaks it; every call goes to the same Service as on the modern wire. It is deprecated in the protocol
and holds a connection, so no deployed function has it.
"""

from __future__ import annotations

from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.sse import SseServerTransport
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from mcp_handlers.kernel import wire
from mcp_handlers.kernel.endpoint import VERSION, Service
from mcp_handlers.kernel.limits import MAX_BODY
from workflow.model.errors import TollgateError

Context = ServerRequestContext[Any, Any]


class Sse:
    """A Service over server-sent events. What the client says is posted to `messages`."""

    def __init__(self, service: Service, messages: str) -> None:
        self._service = service
        self._transport = SseServerTransport(messages, max_request_body_size=MAX_BODY)
        self._server = Server(service.name, version=VERSION, on_list_tools=self._list, on_call_tool=self._call)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A POST is one message of a client; anything else begins its session, which lasts as long as it stays."""
        if scope["method"] == "POST":
            await self._transport.handle_post_message(scope, receive, send)
        else:
            await self._session(scope, receive, send)

    async def _session(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._transport.connect_sse(scope, receive, send) as (incoming, outgoing):
            await self._server.run(incoming, outgoing, self._server.create_initialization_options())

    async def _list(self, context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult.model_validate({"tools": await self._service.listing()})

    async def _call(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        if not self._service.has(params.name):
            raise MCPError(wire.INVALID_PARAMS, f"Unknown tool: {params.name[:64]}")
        headers = dict(context.request.headers) if isinstance(context.request, Request) else {}
        try:
            result = await self._service.call(headers, params.name, params.arguments or {}, dict(context.meta or {}))
        except TollgateError as error:
            raise MCPError(wire.INVALID_REQUEST, error.message, {"code": error.code, "remedy": error.remedy}) from None
        return CallToolResult.model_validate(result.wire())
