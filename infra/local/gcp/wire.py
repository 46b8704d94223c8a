"""One call and one answer of the local GCP, and the error envelope that Google's services share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from workflow.model.base import Json

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


class ApiError(Exception):
    """A refusal. `reason` is the old, fine-grained word of compute and storage; newer services read `STATUS`."""

    def __init__(self, code: int, reason: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.headers = dict(headers or {})

    def body(self) -> Json:
        """The error as Google's JSON APIs write it."""
        item = {"message": self.message, "domain": "global", "reason": self.reason}
        status = STATUS.get(self.code, "UNKNOWN")
        return {"error": {"code": self.code, "message": self.message, "errors": [item], "status": status}}


def invalid(message: str) -> ApiError:
    """400: an argument is wrong."""
    return ApiError(400, "invalid", message)


def not_found(what: str) -> ApiError:
    """404, in compute's words."""
    return ApiError(404, "notFound", f"The resource '{what}' was not found")


@dataclass(frozen=True)
class Call:
    """A request. `segments` is the path split at its slashes and only then unquoted, so that a name may hold one."""

    method: str
    host: str
    raw_path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes = b""

    @property
    def segments(self) -> tuple[str, ...]:
        """The path's parts."""
        return tuple(unquote(part) for part in self.raw_path.strip("/").split("/"))

    @property
    def operation(self) -> str:
        """What a fault's `operation` is compared with: method and path."""
        return f"{self.method} {self.raw_path}"

    @property
    def body(self) -> Json:
        """The JSON body; empty where there is none. Raises ApiError for anything but an object."""
        try:
            parsed: Any = json.loads(self.raw or b"{}")
        except ValueError:
            raise ApiError(400, "parseError", "The request body is not JSON") from None
        if not isinstance(parsed, dict):
            raise ApiError(400, "parseError", "The request body is not a JSON object")
        return parsed


@dataclass(frozen=True)
class Reply:
    """An answer: JSON, or `raw` bytes of `content_type`."""

    body: Any = None
    code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    content_type: str = "application/json"


def page(items: list[Any], query: Mapping[str, str], size_key: str = "maxResults") -> tuple[list[Any], Json]:
    """One page of `items`, and the `nextPageToken` to add to the answer if there are more."""
    try:
        start, size = int(query.get("pageToken") or 0), int(query.get(size_key) or 500)
    except ValueError:
        raise invalid("Invalid value for field 'pageToken' or the page size") from None
    end = start + max(size, 1)
    return items[start:end], {"nextPageToken": str(end)} if end < len(items) else {}
