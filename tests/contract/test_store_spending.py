"""What every store tells of money in hindsight."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.contract.stores import NOW, STORES, a_receipt, a_reservation
from workflow.model.ports import Store
from workflow.model.spending import Account


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A month of two tenants: held, settled, released and free, this month and the one before."""
    tested = STORES[request.param]
    async with tested.open(tested.place(tmp_path)) as opened:
        for reservation in (
            a_reservation("a", 1),
            a_reservation("b", 10, run="run-2"),
            a_reservation("c", 100, project="vision"),
            a_reservation("d", 1_000, tenant="umbrella"),
            a_reservation("e", 10_000, at=NOW - timedelta(days=1)),
            a_reservation("f", 100_000, at=datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)),
            a_reservation("released", 1_000_000),
            a_reservation("free", 0, run="run-3"),
        ):
            account = (reservation.tenant, reservation.project, reservation.at)
            assert await opened.reserve([reservation], await opened.spend(*account))
        await opened.save_receipt(a_receipt("b", run="run-2"))
        await opened.release("released")
        yield opened


async def test_days_are_those_of_utc_with_held_and_settled_money_by_project(store: Store) -> None:
    since = datetime(2026, 11, 1, tzinfo=UTC)
    today, before = date(2026, 11, 20), date(2026, 11, 19)
    found = [("default", before, 10_000), ("default", today, 11), ("vision", today, 100)]
    assert await store.spent_on_days("acme", since) == found
    assert await store.spent_on_days("acme", NOW, without=["a", "c"]) == [("default", today, 10)]
    assert await store.spent_on_days("nobody", since) == []


async def test_a_month_is_told_by_tenant_project_and_run_the_largest_first(store: Store) -> None:
    acme = Account(tenant="acme", held_cents=10_101, settled_cents=10)
    umbrella = Account(tenant="umbrella", held_cents=1_000, settled_cents=0)
    assert await store.accounts(NOW, "tenant") == [acme, umbrella]
    assert await store.accounts(NOW, "tenant", tenant="acme") == [acme]
    assert await store.accounts(NOW, "project", tenant="acme") == [
        Account(tenant="acme", project="default", held_cents=10_001, settled_cents=10),
        Account(tenant="acme", project="vision", held_cents=100, settled_cents=0),
    ]
    assert await store.accounts(NOW, "run", tenant="acme") == [
        Account(tenant="acme", project="default", run="run-1", held_cents=10_001, settled_cents=0),
        Account(tenant="acme", project="vision", run="run-1", held_cents=100, settled_cents=0),
        Account(tenant="acme", project="default", run="run-2", held_cents=0, settled_cents=10),
    ]
    last = datetime(2026, 10, 1, tzinfo=UTC)
    assert await store.accounts(last, "tenant") == [Account(tenant="acme", held_cents=100_000, settled_cents=0)]
