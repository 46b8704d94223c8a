"""What a month costs, line by line against its limits. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from policies.checks.tunables import Budgets, Limit
from workflow.model.base import Noun
from workflow.model.ports import Event
from workflow.model.spending import Account, By

LEAST = timedelta(days=1)
"""Before a day is over nothing is projected from less than a day."""


class Line(Noun):
    """An account with its hard limit, what is left of that (below 0 where it is overdrawn), and what the month will
    have cost at its end. Cents."""

    account: Account
    limit_cents: int
    left_cents: int
    projected_cents: int

    @property
    def cents(self) -> int:
        """What is held and settled."""
        return self.account.held_cents + self.account.settled_cents


class Showback(Noun):
    """A month's lines, the largest first, and the alerts that were given in it, oldest first. `month` is `2026-11`."""

    month: str
    by: By
    lines: tuple[Line, ...]
    alerts: tuple[Event, ...]


def showback(
    accounts: Sequence[Account], alerts: Sequence[Event], budgets: Budgets, month: datetime, by: By, now: datetime
) -> Showback:
    """The accounts of the month that `month` lies in as lines."""
    since, until = bounds(month)
    lines = []
    for account in accounts:
        cents, limit = account.held_cents + account.settled_cents, limit_of(budgets, account, by).hard_cents
        projected = cents if by == "run" else _projected(cents, since, until, now)
        lines.append(Line(account=account, limit_cents=limit, left_cents=limit - cents, projected_cents=projected))
    given = tuple(alert for alert in alerts if since <= alert.at < until)
    return Showback(month=f"{since:%Y-%m}", by=by, lines=tuple(lines), alerts=given)


def limit_of(budgets: Budgets, account: Account, by: By) -> Limit:
    """The limit that the policies hold the account to."""
    found = budgets.tenants.get(account.tenant)
    if by == "tenant":
        return found.limit if found else budgets.default.tenant
    if by == "run":
        return found.run if found else budgets.default.run
    return found.projects.get(account.project, budgets.default.project) if found else budgets.default.project


def bounds(month: datetime) -> tuple[datetime, datetime]:
    """The UTC month: its beginning, and that of the next."""
    first = month.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first, (first + timedelta(days=31)).replace(day=1)


def _projected(cents: int, since: datetime, until: datetime, now: datetime) -> int:
    """If the rest of the month goes on as it began, rounded up; a month that is over, or not begun, as it is."""
    if not since <= now < until:
        return cents
    second = timedelta(seconds=1)
    return -(-cents * ((until - since) // second) // max((now - since) // second, LEAST // second))
