"""The transport of MCP's first revision, HTTP with server-sent events, for clients that know no other. Local only.

The official SDK speaks it; every call goes to the same Service as on the modern wire. It is deprecated in the protocol
and holds a connection, so no deployed function has it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.sse import SseServerTransport
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from functions.body import bounded
from mcp_handlers.kernel import faults, limits, wire
from mcp_handlers.kernel.endpoint import VERSION, Service
from mcp_handlers.kernel.limits import MAX_BODY
from mcp_handlers.kernel.wire import RpcError
from workflow.model.errors import TollgateError

log = logging.getLogger(__name__)
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
            await self._message(scope, receive, send)
        else:
            await self._session(scope, receive, send)

    async def _message(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it on, if it is within the limits of the modern wire: the SDK has none but that of size."""
        body = await bounded(Request(scope, receive), MAX_BODY)
        try:
            limits.parse(body)
        except RpcError as error:
            told = {"jsonrpc": "2.0", "id": None, "error": {"code": error.code, "message": error.message}}
            await JSONResponse(told, error.status)(scope, receive, send)
            return
        whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return whole.pop() if whole else await receive()

        await self._transport.handle_post_message(scope, again, send)

    async def _session(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._transport.connect_sse(scope, receive, send) as (incoming, outgoing):
            await self._server.run(incoming, outgoing, self._server.create_initialization_options())

    async def _list(self, context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        with self._told():
            return ListToolsResult.model_validate({"tools": await self._service.listing()})

    async def _call(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        headers = dict(context.request.headers) if isinstance(context.request, Request) else {}
        with self._told():
            if not self._service.has(params.name):
                raise RpcError(wire.INVALID_PARAMS, f"Unknown tool: {params.name[:64]}")
            result = await self._service.call(headers, params.name, params.arguments or {}, dict(context.meta or {}))
            return CallToolResult.model_validate(result.wire())

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What is raised as the modern wire answers it. The SDK would tell the client the words of a fault."""
        try:
            yield
        except RpcError as error:
            raise MCPError(error.code, error.message, error.data) from None
        except TollgateError as error:
            raise MCPError(wire.INVALID_REQUEST, error.message, {"code": error.code, "remedy": error.remedy}) from None
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer
            log.error("unexpected %s in %s", faults.told(error), self._service.name)
            raise MCPError(wire.INTERNAL_ERROR, "Internal error") from None
