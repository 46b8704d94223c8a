"""Whether a day's spend leaves its usual band. The arithmetic is pure; `alerts` reads what it needs.

The band of a tenant or project is that of the last DAYS days on which it spent anything, today left out: their median,
and above it as many median absolute deviations as the policies say. Both hold still where a single day was wild. Only
spending more is told of: a day is not over until it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median_high

from policies.checks.tunables import Unusual
from workflow.model.base import Noun
from workflow.model.ports import Event, Reservation, Store
from workflow.model.spending import ALERTS

DAYS = 28
ANOMALY = "budget.anomaly"


class Band(Noun):
    """What is usual on a day with any spend, in cents."""

    median_cents: int
    most_cents: int


def band(days: Sequence[int], terms: Unusual) -> Band | None:
    """The band of these days' cents; None where they are too few to tell."""
    if len(days) < terms.least_days:
        return None
    middle = median_high(days)
    spread = median_high([abs(day - middle) for day in days])
    return Band(median_cents=middle, most_cents=middle + max(terms.deviations * spread, terms.slack_cents))


async def alerts(store: Store, terms: Unusual, wanted: Sequence[Reservation], now: datetime) -> tuple[Event, ...]:
    """What is to be told with these reservations, which are of one tenant and project: `budget.anomaly`, once a day for
    the tenant and for the project, where they take today out of the band.

    To be written in the transaction that holds them on unchanged spend: then no other did so meanwhile.
    """
    cents = sum(one.cents for one in wanted)
    if not cents:
        return ()
    tenant, project, run = wanted[0].tenant, wanted[0].project, wanted[0].run
    today = now.astimezone(UTC).date()
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    keys = [one.key for one in wanted]
    spent = await store.spent_on_days(tenant, midnight - timedelta(days=DAYS), without=keys)
    found = []
    for scope, name in (("tenant", tenant), ("project", project)):
        days = _by_day(spent, {project} if scope == "project" else None)
        total = days.pop(today, 0) + cents
        usual = band(list(days.values()), terms)
        if usual is not None and total > usual.most_cents:
            body = {"scope": scope, "name": name, "day": today.isoformat(), "cents": total, "run": run}
            told = {**body, **usual.model_dump()}
            found.append(Event(run=ALERTS, tenant=tenant, kind=ANOMALY, body=told, at=now))
    if not found:
        return ()
    before = {(one.body["scope"], one.body["name"]) for one in await store.list_alerts(midnight, tenant=tenant)}
    return tuple(event for event in found if (event.body["scope"], event.body["name"]) not in before)


def _by_day(spent: Sequence[tuple[str, date, int]], projects: Collection[str] | None) -> dict[date, int]:
    days: defaultdict[date, int] = defaultdict(int)
    for project, day, cents in spent:
        if projects is None or project in projects:
            days[day] += cents
    return dict(days)
