"""Tools as MCP lists them. The schemas are pydantic's, made when somebody asks and not on a cold start."""

from __future__ import annotations

from collections.abc import Iterable

from mcp_handlers.kernel.intake import VERSION
from mcp_handlers.kernel.trust import Trust
from mcp_handlers.tools.contract import Tool
from workflow.model.base import Json
from workflow.model.errors import TrustUnknown
from workflow.model.switch import Off

VERSIONS = "tollgate/versions"
"""In a listing: every version of the contract that a call may be in."""


def listed(tool: Tool) -> Json:
    """One tool: name, summary, input and output schema, annotations, and the served versions of its contract."""
    return {
        "name": tool.name,
        "description": tool.summary,
        "inputSchema": tool.input.model_json_schema(),
        "outputSchema": tool.output.model_json_schema(mode="serialization"),
        "annotations": tool.hints(),
        "_meta": {VERSION: tool.version, VERSIONS: list(tool.versions)},
    }


def listings(tools: Iterable[Tool], cloud: str, off: Off) -> list[Json]:
    """Those that are not switched off on this cloud. A client that kept an older list is refused when it calls."""
    return [listed(tool) for tool in tools if not off.has(tool.name, cloud)]


async def off_now(trust: Trust) -> Off:
    """What is off, as far as it is known: where nobody can tell, all is listed and every call is refused."""
    try:
        return (await trust.trusted("", writes=False)).off
    except TrustUnknown:
        return Off()
