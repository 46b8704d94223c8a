"""What goes wrong as problem details (RFC 9457)."""

from __future__ import annotations

import math

from functions.api.common import Problem
from mcp_handlers.kernel.response import Response, json_response
from workflow.model.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    InsufficientScope,
    NotFound,
    RateLimited,
    TollgateError,
    Unauthorized,
)

MEDIA = "application/problem+json"


class NotUnderstood(BadRequest):
    """The body is no JSON, or not of the kind that is taken."""

    code = "NOT_UNDERSTOOD"


class TooLong(BadRequest):
    """The body is longer than anything that is asked for here."""

    code = "TOO_LONG"


class NotJson(BadRequest):
    """The body says that it is something else than JSON."""

    code = "NOT_JSON"
    default_remedy = "Send JSON, with `Content-Type: application/json`."


class NoMethod(BadRequest):
    """There is such a path, but not with this method."""

    code = "NO_METHOD"


class Stale(Conflict):
    """What was shown is no longer what is there."""

    code = "STALE"
    default_remedy = "Read it again, and decide on what it is now."


class Unconditional(BadRequest):
    """A decision that does not say what it is on."""

    code = "IF_MATCH_MISSING"
    default_remedy = "Send If-Match with the ETag of what was read."


_STATUS: tuple[tuple[type[TollgateError], int], ...] = (
    (Unauthorized, 401), (InsufficientScope, 403), (Forbidden, 403), (NotFound, 404), (Stale, 412), (Conflict, 409),
    (RateLimited, 429), (NotUnderstood, 400), (TooLong, 413), (NotJson, 415), (NoMethod, 405), (Unconditional, 428),
    (BadRequest, 422),
)  # fmt: skip
_TITLES = {
    400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found", 405: "Method not allowed",
    409: "Conflict", 412: "Precondition failed", 413: "Content too large", 415: "Unsupported media type",
    422: "Unprocessable content", 428: "Precondition required", 429: "Too many requests",
    500: "Internal server error", 503: "Service unavailable",
}  # fmt: skip


def status_of(error: TollgateError) -> int:
    """The HTTP status of an error: the caller's fault, ours for now, or ours for good."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 503 if error.retryable else 500)


def problem(error: TollgateError, metadata: str = "") -> Response:
    """The answer that tells of the error. `metadata` is the address that tells a client where to sign in."""
    status = status_of(error)
    told = Problem(
        type="about:blank",
        title=_TITLES[status],
        status=status,
        detail=error.message,
        code=error.code,
        remedy=error.remedy,
        retryable=error.retryable,
    )
    headers = {"content-type": MEDIA}
    if status in (429, 503):
        headers["retry-after"] = str(math.ceil(error.retry_after or 1.0))
    if status in (401, 403) and isinstance(error, Unauthorized | InsufficientScope):
        headers["www-authenticate"] = challenge(error, metadata)
    return json_response(status, told.model_dump(mode="json"), headers)


def challenge(error: Unauthorized | InsufficientScope, metadata: str) -> str:
    """As RFC 6750 and RFC 9728 put it."""
    parts = {"realm": "tollgate"}
    if isinstance(error, InsufficientScope):
        parts |= {"error": "insufficient_scope", "scope": error.needed}
    if metadata:
        parts["resource_metadata"] = metadata
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parts.items())
