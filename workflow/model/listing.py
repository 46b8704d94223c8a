"""Reading page by page what is kept of one tenant, newest first. Places in a list stay the same while others write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from workflow.model.base import Noun
from workflow.model.principal import Channel
from workflow.model.run import Run, State

if TYPE_CHECKING:
    from workflow.model.approval import Asked
    from workflow.model.ports import Entry

NEWEST = 2**63 - 1
"""Before any entry or request."""


class RunFilter(Noun):
    """Which runs. What is empty matches all."""

    state: State | None = None
    project: str = ""
    requester: str = ""
    channel: Channel | None = None


class RunPlace(NamedTuple):
    """Where a run stands in the list: when it began, and its name among those of the same moment."""

    at: datetime
    run: str


class Numbered(NamedTuple):
    """A request with its place in the list."""

    number: int
    asked: Asked


class Listings(Protocol):
    """One tenant's things, newest first."""

    async def page_runs(
        self, tenant: str, wanted: RunFilter, *, before: RunPlace | None = None, limit: int = 50
    ) -> Sequence[Run]:
        """Up to `limit` runs from just after the place."""

    async def page_approvals(
        self, tenant: str, *, waiting_at: datetime | None = None, before: int = NEWEST, limit: int = 50
    ) -> Sequence[Numbered]:
        """Up to `limit` requests from just after the number; with `waiting_at`, those that wait at that moment."""

    async def page_entries(
        self, tenant: str, *, kinds: Sequence[str] = (), before: int = NEWEST, limit: int = 50
    ) -> Sequence[Entry]:
        """Up to `limit` ledger entries with smaller numbers, of these kinds or of all."""
