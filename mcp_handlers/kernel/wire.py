"""JSON-RPC and MCP's envelope: one message checked against its headers, never trusting a header over the body.

From 2026-07-28 on, a request carries its revision and capabilities in `params._meta`, and `Mcp-Method` and `Mcp-Name`
mirror the body for gateways; where they differ the request is refused, whatever revision it names. Older revisions are
served without a session.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022

LEGACY = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MODERN = ("2026-07-28",)
META = "io.modelcontextprotocol/"
_PARAM = "mcp-param-"
_SHOWN = 64
"""Characters of what was sent that an error repeats."""
_STATUS = {METHOD_NOT_FOUND: 404, INTERNAL_ERROR: 500}
_NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"} | dict.fromkeys(
    ("tasks/get", "tasks/cancel", "tasks/update"), "taskId"
)


class RpcError(Exception):
    """A JSON-RPC error on its way out, with the HTTP status that goes with it."""

    def __init__(
        self,
        code: int,
        message: str,
        data: Any = None,
        *,
        status: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data
        self.status = status if status is not None else _STATUS.get(code, 400)
        self.headers = headers or {}


def of_old(error: RpcError) -> RpcError:
    """An error about an understood request, as revisions before 2026-07-28 have it: with HTTP 200, because there a 404
    means that the session is gone, and clients take 400 for a broken transport."""
    status = 200 if error.code in (METHOD_NOT_FOUND, INVALID_PARAMS) else error.status
    return RpcError(error.code, error.message, error.data, status=status, headers=error.headers)


@dataclass(frozen=True)
class Message:
    """One request (or, with `id` None, a notification) whose envelope has been checked."""

    id: str | int | None
    method: str
    params: dict[str, Any]
    modern: bool


def read(message: Mapping[str, Any], headers: Mapping[str, str]) -> Message:
    """Check a decoded body against its headers (names in lower case). Raises RpcError at the first thing wrong."""
    method, params = message.get("method"), message.get("params")
    if message.get("jsonrpc") != "2.0" or not isinstance(method, str):
        raise RpcError(INVALID_REQUEST, "Not a JSON-RPC 2.0 request")
    if "id" in message and (isinstance(message["id"], bool) or not isinstance(message["id"], str | int)):
        raise RpcError(INVALID_REQUEST, "The id must be a string or a whole number")
    if params is not None and not isinstance(params, dict):
        raise RpcError(INVALID_PARAMS, "params must be an object")
    params = params or {}
    version = headers.get("mcp-protocol-version")
    modern = version is not None and version not in LEGACY
    if "id" in message:
        if modern:
            _check_envelope(params, version)
        _check_mirrors(method, params, headers, required=modern)
    if modern and version not in MODERN:
        supported = {
            "supported": list(MODERN),
            "requested": (version or "")[:_SHOWN].encode("ascii", "replace").decode(),
        }
        raise RpcError(UNSUPPORTED_VERSION, "Unsupported protocol version", supported)
    if modern and "id" in message and not isinstance(params["_meta"][META + "clientCapabilities"], dict):
        raise RpcError(INVALID_PARAMS, "params._meta: the client's capabilities are an object")
    return Message(message.get("id"), method, params, modern)


def _check_envelope(params: dict[str, Any], version: str | None) -> None:
    meta = params.get("_meta")
    if not isinstance(meta, dict):
        raise RpcError(INVALID_PARAMS, "params._meta must carry the protocol version and client capabilities")
    missing = [name for name in ("protocolVersion", "clientCapabilities") if META + name not in meta]
    if missing:
        raise RpcError(INVALID_PARAMS, "params._meta lacks " + ", ".join(META + name for name in missing))
    if meta[META + "protocolVersion"] != version:
        raise RpcError(HEADER_MISMATCH, "The MCP-Protocol-Version header differs from the body")


def _check_mirrors(method: str, params: dict[str, Any], headers: Mapping[str, str], *, required: bool) -> None:
    """A mirrored header that is there must agree, in every revision: a gateway may have routed by it."""
    mirrored = headers.get("mcp-method")
    if (mirrored is not None or required) and mirrored != method:
        raise RpcError(HEADER_MISMATCH, "The Mcp-Method header differs from the body")
    named, field = headers.get("mcp-name"), _NAMED.get(method)
    if field is None:
        return
    value = params.get(field)
    if (named is not None or required) and value is not None and decode_header(named) != value:
        raise RpcError(HEADER_MISMATCH, "The Mcp-Name header differs from the body")


def mirror(mirrored: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, str]:
    """The `Mcp-Param-*` headers (names in lower case) of a call with these arguments. `mirrored` names the header of
    each argument that has one; an argument that is not there, or null, is not mirrored."""
    said = {name: _plain(arguments.get(argument)) for argument, name in mirrored.items()}
    return {_PARAM + name.lower(): encode_header(value) for name, value in said.items() if value is not None}


def check_mirrored(
    mirrored: Mapping[str, str], arguments: Mapping[str, Any], headers: Mapping[str, str], *, required: bool
) -> None:
    """Raises RpcError where an argument's header is not there, or says something else, or nothing is there to mirror.

    As with the other mirrors a header that is there must agree in every revision.
    """
    for argument, name in mirrored.items():
        header, value = headers.get(_PARAM + name.lower()), _plain(arguments.get(argument))
        if header is None and not (required and value is not None):
            continue
        if value is None or decode_header(header) != value:
            raise RpcError(HEADER_MISMATCH, f"The Mcp-Param-{name} header differs from the argument {argument}")


def _plain(value: Any) -> str | None:
    """A value as a header has it; None for what no header can say."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def decode_header(value: str | None) -> str | None:
    """A header's text; `=?base64?…?=` carries what plain ASCII cannot. None for what does not decode cleanly."""
    shortest = len("=?base64??=")
    if value is None or len(value) < shortest or not (value.startswith("=?base64?") and value.endswith("?=")):
        return value
    raw = value[len("=?base64?") : -2]
    try:
        decoded = base64.b64decode(raw, validate=True)
        return decoded.decode() if base64.b64encode(decoded).decode() == raw else None
    except ValueError:
        # Also for what is not ASCII, which comes as no error of binascii's own.
        return None


def encode_header(value: str) -> str:
    """The inverse of `decode_header`."""
    plain = value.isascii() and value.isprintable() and value == value.strip() and not value.startswith("=?base64?")
    return value if plain else f"=?base64?{base64.b64encode(value.encode()).decode()}?="
