"""How Azure Resource Manager says no: a status and an error envelope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflow.model.base import Json


class Refusal(Exception):
    """A call that is answered with an error. `code` and the text are as Azure words them."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})

    @property
    def envelope(self) -> Json:
        """The body of an ARM error."""
        return {"error": {"code": self.code, "message": self.message}}


@dataclass(frozen=True)
class Reply:
    """An answer: the HTTP status, the JSON body (None: no body) and the headers."""

    status: int
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def invalid(message: str, code: str = "InvalidParameter") -> Refusal:
    """The arguments are wrong."""
    return Refusal(400, code, message)


def conflict(code: str, message: str) -> Refusal:
    """The arguments are right, but not now or not here."""
    return Refusal(409, code, message)


def missing(resource_type: str, name: str, group: str | None) -> Refusal:
    """There is no such resource."""
    text = f"The Resource '{resource_type}/{name}' under resource group '{group or '<null>'}' was not found."
    return Refusal(404, "ResourceNotFound", text)
