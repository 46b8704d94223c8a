"""API Gateway's events (HTTP API, payload 2.0) as headers and body, and an answer as API Gateway takes it."""

from __future__ import annotations

import base64
from typing import Any

from mcp_handlers.kernel.response import Response

Event = dict[str, Any]
JSON = ("application/json", "text/")
"""What goes out as it is; everything else in base64."""


def headers(event: Event) -> dict[str, str]:
    """With names in lower case. API Gateway has folded a header that came twice."""
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}


def posted(event: Event) -> bytes:
    """What was posted. Nothing for what cannot be decoded: whoever may invoke the function may send any event."""
    text = event.get("body") or ""
    try:
        return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    except (ValueError, TypeError, AttributeError):
        return b""


def answered(response: Response) -> Event:
    """The answer of an endpoint."""
    return {"statusCode": response.status, "headers": response.headers, "body": response.body.decode()}
