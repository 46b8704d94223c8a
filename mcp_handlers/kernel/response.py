"""What goes back to the caller: an HTTP status, headers and a body."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workflow.model.base import compact


@dataclass(frozen=True)
class Response:
    """One HTTP answer. `body` is empty for a notification's 202."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def json_response(status: int, value: Any, headers: dict[str, str] | None = None) -> Response:
    """A JSON body with its content type, never cached by anything in between."""
    body = compact(value).encode()
    return Response(status, body, {"content-type": "application/json", "cache-control": "no-store", **(headers or {})})
