"""Tools as MCP lists them. The schemas are pydantic's, made when somebody asks and not on a cold start."""

from __future__ import annotations

from mcp_handlers.tools.contract import Tool
from workflow.model.base import Json


def listed(tool: Tool) -> Json:
    """One tool: name, summary, input and output schema, annotations."""
    return {
        "name": tool.name,
        "description": tool.summary,
        "inputSchema": tool.input.model_json_schema(),
        "outputSchema": tool.output.model_json_schema(mode="serialization"),
        "annotations": tool.hints(),
    }
