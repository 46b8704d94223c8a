"""The same tool on other people's servers: same contract, same payload, no gate, no token, no Grant.

Each peer is given the easier case: its function is async, so that nothing goes to a worker thread as ours does, and
what its own validation has built is handed to the handler without a second look. A peer is imported where it is made:
a fresh process that measures one must not load the others.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mcp_handlers.tools.contract import Tool
from workflow.model.base import Noun

if TYPE_CHECKING:
    from awslabs.mcp_lambda_handler import MCPLambdaHandler
    from fastmcp import FastMCP
    from mcp.server import MCPServer
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

Perform = Callable[[Any], Noun]
"""A handler with its clients and key already in hand."""


def flat(tool: Tool, perform: Perform, *, blocking: bool = False) -> Callable[..., Any]:
    """A function with the contract's fields as its parameters, as these servers want their tools."""

    def plain(**fields: Any) -> Noun:
        return perform(tool.input.model_construct(**fields))

    async def quick(**fields: Any) -> Noun:
        return plain(**fields)

    call: Callable[..., Any] = plain if blocking else quick
    fields = tool.input.model_fields
    hints = {name: info.rebuild_annotation() for name, info in fields.items()}
    call.__name__ = tool.name
    call.__doc__ = tool.summary
    call.__annotations__ = hints | {"return": tool.output}
    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if info.is_required() else info.get_default(call_default_factory=True),
            annotation=hints[name],
        )
        for name, info in fields.items()
    ]
    vars(call)["__signature__"] = inspect.Signature(parameters, return_annotation=tool.output)
    return call


def official(tool: Tool, perform: Perform) -> MCPServer[Any]:
    """On the official SDK's own server class."""
    from mcp.server import MCPServer

    server: MCPServer[Any] = MCPServer("peer")
    server.tool(name=tool.name, description=tool.summary)(flat(tool, perform))
    return server


def fast(tool: Tool, perform: Perform, *, blocking: bool = False) -> FastMCP[Any]:
    """On fastmcp. What is `blocking` it sends to a worker thread, as it would have to with a cloud's SDK."""
    from fastmcp import FastMCP

    server: FastMCP[Any] = FastMCP("peer")
    server.tool(name=tool.name, description=tool.summary)(flat(tool, perform, blocking=blocking))
    return server


def lambda_handler(tool: Tool, perform: Perform) -> MCPLambdaHandler:
    """On the awslabs Lambda handler, which leaves validation to the function."""
    from awslabs.mcp_lambda_handler import MCPLambdaHandler

    server = MCPLambdaHandler("peer")

    def call(**fields: Any) -> str:
        return perform(tool.input.model_validate(fields)).model_dump_json()

    call.__name__ = tool.name
    call.__doc__ = tool.summary
    server.tool()(call)
    return server


def bare(tool: Tool, perform: Perform) -> Starlette:
    """No protocol at all: JSON in, the contract's check, the handler, JSON out."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def answer(request: Request) -> Response:
        message = json.loads(await request.body())
        output = perform(tool.input.model_validate(message["params"]["arguments"])).model_dump(mode="json")
        text = json.dumps(output)
        result = {"content": [{"type": "text", "text": text}], "structuredContent": output, "isError": False}
        return JSONResponse({"jsonrpc": "2.0", "id": message["id"], "result": result})

    return Starlette(routes=[Route("/mcp", answer, methods=["POST"])])
