"""Money looked back on: what was spent on each day, by whom in a month, and which alerts were given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from workflow.model.ports import Event
from workflow.model.spending import ALERTS, Account, By, Spending
from workflow.store import events
from workflow.store.budget import month_of
from workflow.store.database import OnDatabase
from workflow.store.ledger import utc_text

_COLUMNS: dict[By, str] = {"tenant": "tenant", "project": "tenant, project", "run": "tenant, project, run"}


class SpendingStore(OnDatabase, Spending):
    """The Spending port."""

    async def spent_on_days(
        self, tenant: str, since: datetime, *, without: Sequence[str] = ()
    ) -> Sequence[tuple[str, date, int]]:
        """(project, UTC day, held and settled cents) since a moment, for the days on which any were."""
        others = f" AND key NOT IN ({', '.join('?' * len(without))})" if without else ""
        async with self._database.reading() as transaction:
            rows = await transaction.rows(
                f"""SELECT project, substr(at, 1, 10), CAST(SUM(cents) AS BIGINT) FROM reservations
                    WHERE tenant = ? AND at >= ? AND state <> 'released' AND cents > 0{others}
                    GROUP BY project, substr(at, 1, 10) ORDER BY project, substr(at, 1, 10)""",  # noqa: S608
                (tenant, utc_text(since), *without),
            )
        return [(project, date.fromisoformat(day), cents) for project, day, cents in rows]

    async def accounts(self, month: datetime, by: By, *, tenant: str | None = None) -> Sequence[Account]:
        """What is held and settled in the month that `month` lies in, the largest first."""
        since, until = month_of(month)
        whose, values = ("", ()) if tenant is None else (" AND tenant = ?", (tenant,))
        async with self._database.reading() as transaction:
            rows = await transaction.rows(
                f"""SELECT CAST(SUM(CASE WHEN state = 'held' THEN cents ELSE 0 END) AS BIGINT),
                    CAST(SUM(CASE WHEN state = 'settled' THEN cents ELSE 0 END) AS BIGINT), {_COLUMNS[by]}
                    FROM reservations WHERE at >= ? AND at < ? AND state <> 'released' AND cents > 0{whose}
                    GROUP BY {_COLUMNS[by]} ORDER BY SUM(cents) DESC, {_COLUMNS[by]}""",  # noqa: S608
                (since, until, *values),
            )
        names = ("held_cents", "settled_cents", "tenant", "project", "run")
        return [Account.model_validate(dict(zip(names, row, strict=False))) for row in rows]

    async def list_alerts(self, since: datetime, *, tenant: str | None = None) -> Sequence[Event]:
        """Alerts about spend from a moment on, oldest first."""
        whose, values = ("", ()) if tenant is None else (" AND tenant = ?", (tenant,))
        async with self._database.reading() as transaction:
            found = await events.where(transaction, f"run = ? AND at >= ?{whose}", (ALERTS, utc_text(since), *values))
        return [entry.event for entry in found]
