"""Tools as MCP lists them. The schemas are pydantic's, made when somebody asks and not on a cold start."""

from __future__ import annotations

from mcp_handlers.kernel.intake import VERSION
from mcp_handlers.tools.contract import Tool
from workflow.model.base import Json

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
