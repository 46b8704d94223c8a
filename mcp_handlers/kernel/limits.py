"""Size and shape: what a body may be before anything looks at what it says."""

from __future__ import annotations

import json
import math
from typing import Any

from mcp_handlers.kernel.wire import INVALID_REQUEST, PARSE_ERROR, RpcError

MAX_BODY = 1 << 20
"""Bytes. The largest honest call, a cost estimate with hundreds of exclusions, is below 100 kB."""
MAX_DEPTH = 32
"""Nesting of arrays and objects. The deepest contract has 5."""
MAX_INTEGER_DIGITS = 20
"""Digits of a whole number; 20 hold every 64-bit integer."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object names a key twice")
    return found


def _integer(text: str) -> int:
    if len(text) > MAX_INTEGER_DIGITS:
        raise ValueError("a whole number is too long")
    return int(text)


def _fraction(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


# Made once: json.loads makes a decoder for every text that is not read as Python would.
_STRICT = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)


def _depth_exceeds(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True


def parse(body: bytes) -> dict[str, Any]:
    """The body as one JSON object, or an RpcError that says what is wrong with it."""
    if len(body) > MAX_BODY:
        raise RpcError(INVALID_REQUEST, f"Body of {len(body)} bytes is over the limit of {MAX_BODY}", status=413)
    try:
        text = body.decode("utf-8")
        message = _STRICT.decode(text)
        if "\\u" in text:
            # An escape can smuggle in half of a surrogate pair, which no later step could write as UTF-8.
            json.dumps(message, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise RpcError(PARSE_ERROR, f"Parse error: {_reason(error)}") from None
    if isinstance(message, list):
        raise RpcError(INVALID_REQUEST, "Batches are not supported: send one request at a time")
    if not isinstance(message, dict):
        raise RpcError(INVALID_REQUEST, "The body must be one JSON-RPC object")
    # So few brackets cannot be nested deeper; counting them is much quicker than going through what they hold.
    if text.count("{") + text.count("[") >= MAX_DEPTH and _depth_exceeds(message, MAX_DEPTH):
        raise RpcError(INVALID_REQUEST, f"The body is nested deeper than {MAX_DEPTH} levels")
    return message


def _reason(error: Exception) -> str:
    """A reason that quotes nothing of the body."""
    if isinstance(error, UnicodeError):
        return "the body is not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at character {error.pos}"
    return str(error) if isinstance(error, ValueError) else "nested too deeply"
