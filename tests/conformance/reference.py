"""The same tools on the official SDK's own server and web application: what the lean kernel is compared with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams

from mcp_handlers.kernel import wire
from mcp_handlers.kernel.endpoint import LIST_TTL_MS, VERSION, Service

Context = ServerRequestContext[Any, Any]


def reference(service: Service) -> Server[Any]:
    """A Service as the SDK serves it."""

    async def listed(context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        if params is not None and params.cursor is not None:
            raise MCPError(wire.INVALID_PARAMS, "Unknown cursor")
        return ListToolsResult.model_validate({"tools": await service.listing()})

    async def called(context: Context, params: CallToolRequestParams) -> CallToolResult:
        if not service.has(params.name):
            raise MCPError(wire.INVALID_PARAMS, f"Unknown tool: {params.name}")
        result = await service.call({}, params.name, params.arguments or {}, {})
        return CallToolResult.model_validate(result.wire())

    kept = CacheHint(ttl_ms=LIST_TTL_MS, scope="public")
    return Server(
        service.name,
        version=VERSION,
        cache_hints={"server/discover": kept, "tools/list": kept},
        on_list_tools=listed,
        on_call_tool=called,
    )


@asynccontextmanager
async def serving(server: Server[Any]) -> AsyncIterator[httpx.AsyncClient]:
    """A client straight into the SDK's application: no session, plain JSON answers."""
    application = server.streamable_http_app(
        stateless_http=True,
        json_response=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    async with (
        server.session_manager.run(),
        httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://127.0.0.1") as client,
    ):
        yield client
