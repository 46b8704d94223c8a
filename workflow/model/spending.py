"""Money looked back on: what was spent, by whom and on which day, and the alerts about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, Protocol

from workflow.model.base import Noun

if TYPE_CHECKING:
    from workflow.model.ports import Event


class Account(Noun):
    """What a tenant, a project or a run costs in a month, in cents. The narrower names may be empty."""

    tenant: str
    project: str = ""
    run: str = ""
    held_cents: int
    settled_cents: int


By = Literal["tenant", "project", "run"]

ALERTS = "budgets"
"""Under which run the ledger has alerts about spend."""


class Spending(Protocol):
    """Money looked back on."""

    async def spent_on_days(
        self, tenant: str, since: datetime, *, without: Sequence[str] = ()
    ) -> Sequence[tuple[str, date, int]]:
        """(project, UTC day, held and settled cents) since a moment, for the days on which any were."""

    async def accounts(self, month: datetime, by: By, *, tenant: str | None = None) -> Sequence[Account]:
        """What is held and settled in the month that `month` lies in, the largest first; of one tenant, or of all."""

    async def list_alerts(self, since: datetime, *, tenant: str | None = None) -> Sequence[Event]:
        """Alerts about spend from a moment on, oldest first; of one tenant, or of all."""
