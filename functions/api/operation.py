"""What one operation of the API is. Routes, checks and the OpenAPI document are all made from these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from workflow.model.base import Noun

ROOT = "/api/v1"
"""Where the API is on the control plane."""
NAME = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"
"""What a run, an approval or a tool is called."""
MAX_PAGE = 200
MAX_CURSOR = 512


class Nothing(Noun):
    """No parameters."""


class Paged(Noun):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=MAX_PAGE, description="How many at most.")
    cursor: str = Field(
        default="", max_length=MAX_CURSOR, description="`next` of the page before; empty for the first page."
    )


@dataclass(frozen=True)
class Operation:
    """`query` and `body` are checked before the operation's handler is called; `answer` is what it gives, None for a
    stream of events. `path` is below ROOT; what stands in braces is a NAME.

    `tagged`: the answer has an ETag, and If-None-Match is heard. `matched`: If-Match must say which version is decided
    on. `keyed`: an Idempotency-Key is heard. `anyone`: no identity is asked for.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    group: str
    summary: str
    answer: type[Noun] | None
    query: type[Noun] = Nothing
    body: type[Noun] | None = None
    status: int = 200
    tagged: bool = False
    matched: bool = False
    keyed: bool = False
    anyone: bool = False

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.method == "POST" and self.name != "previewPlan"
