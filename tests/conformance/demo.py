"""The tools that the conformance suite calls, behind our own Endpoint: what is under test is the kernel, not these."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp_handlers.kernel.result import Result
from mcp_handlers.kernel.wire import RpcError
from mcp_handlers.tools.contract import Tool
from workflow.model.base import Json, Noun

MISSING_CAPABILITY = -32021
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A PNG of one pixel, in base64."""
SILENCE = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="
"""A WAV without samples, in base64."""

ADDRESS = {
    "$anchor": "addressDef",
    "type": "object",
    "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
}
CONTACT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": ADDRESS},
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Shown(Result):
    """A result with content of any kind; our own tools give text and structure only."""

    content: tuple[Json, ...] = field(default=())

    def wire(self) -> Json:
        """As MCP's CallToolResult, with this content."""
        return {**super().wire(), "content": list(self.content)}


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _resource(uri: str, kind: str, text: str) -> Json:
    return {"type": "resource", "resource": {"uri": uri, "mimeType": kind, "text": text}}


_IMAGE = {"type": "image", "data": PIXEL, "mimeType": "image/png"}
_CONTENT: dict[str, tuple[Json, ...]] = {
    "test_simple_text": (_text("This is a simple text response for testing."),),
    "test_image_content": (_IMAGE,),
    "test_audio_content": ({"type": "audio", "data": SILENCE, "mimeType": "audio/wav"},),
    "test_embedded_resource": (
        _resource("test://embedded-resource", "text/plain", "This is an embedded resource content."),
    ),
    "test_multiple_content_types": (
        _text("Multiple content types test:"),
        _IMAGE,
        _resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ),
    "test_error_handling": (_text("This tool intentionally returns an error for testing"),),
    "test_tool_with_progress": (_text("Done, slowly."),),
    "test_logging_tool": (_text("Nothing was logged to you: this server has no logging."),),
    "test_streaming_elicitation": (_text("Nothing was asked of you: this server asks nothing."),),
    "test_missing_capability": (),
    "json_schema_2020_12_tool": (_text("Understood."),),
    "greet": (),
    "test_x_mcp_header": (_text("Mirrored."),),
    "slow_compute": (_text("Computed."),),
    "failing_job": (_text("This job fails."),),
    "protocol_error_job": (),
}
MIRRORING = "test_x_mcp_header"
"""The tool with an argument that clients mirror into a header."""
_SLOW = ("slow_compute", "failing_job", "protocol_error_job")
TOOLS = {name: Tool(name, "", "write" if name in _SLOW else "read", Noun, Noun) for name in _CONTENT}
"""Their contracts, as far as whoever keeps tasks looks at them."""
_WORD = {"type": "object", "properties": {"word": {"type": "string", "x-mcp-header": "Word"}}}
_SCHEMAS = {"json_schema_2020_12_tool": CONTACT, MIRRORING: _WORD}


@dataclass(frozen=True)
class Demo:
    """A Service of the suite's tools, open to everyone."""

    name: str = "tollgate-conformance"

    async def listing(self) -> list[Json]:
        """Every tool, in a fixed order."""
        empty: dict[str, Any] = {"type": "object", "properties": {}}
        return [
            {
                "name": name,
                "description": "Part of the conformance suite.",
                "inputSchema": _SCHEMAS.get(name, empty),
            }
            for name in sorted(_CONTENT)
        ]

    def has(self, tool: str) -> bool:
        """Whether there is such a tool."""
        return tool in _CONTENT

    def mirrored(self, tool: str, meta: Json) -> Mapping[str, str]:
        """The one argument that is."""
        return {"word": "Word"} if tool == MIRRORING else {}

    async def call(self, headers: Mapping[str, str], tool: str, arguments: Json, meta: Json) -> Result:
        """What the suite expects of the tool."""
        if tool == "test_missing_capability":
            needed: Json = {"requiredCapabilities": {"sampling": {}}}
            raise RpcError(MISSING_CAPABILITY, "The client did not declare what this needs", needed)
        if tool == "greet":
            return Shown("", None, False, {}, (_text(f"Hello, {arguments.get('name')}!"),))
        await asyncio.sleep(_seconds(tool, arguments))
        if tool == "protocol_error_job":
            raise RuntimeError("A fault of the server's own.")
        return Shown("", None, tool in ("test_error_handling", "failing_job"), {}, _CONTENT[tool])


def _seconds(tool: str, arguments: Json) -> float:
    if tool == "slow_compute":
        return float(arguments.get("seconds", 0))
    return {"test_tool_with_progress": 0.2, "failing_job": 0.5, "protocol_error_job": 0.5}.get(tool, 0.0)
