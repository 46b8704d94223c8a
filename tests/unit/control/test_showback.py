"""A month's costs against the limits of the policies."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.checks.tunables import Budgets
from tests.fakes.offers import NOW
from workflow.control.showback import showback
from workflow.model.ports import Event
from workflow.model.spending import Account, By

BUDGETS = Budgets.model_validate(
    {
        "default": {name: {"soft_cents": 1, "hard_cents": cents} for name, cents in
                    (("tenant", 1000), ("project", 2000), ("run", 3000))},
        "tenants": {
            "acme": {
                "limit": {"soft_cents": 1, "hard_cents": 10_000},
                "run": {"soft_cents": 1, "hard_cents": 20_000},
                "projects": {"vision": {"soft_cents": 1, "hard_cents": 30_000}},
            }
        },
        "unusual": {"deviations": 6, "least_days": 7, "slack_cents": 50},
    }
)  # fmt: skip
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)


def an_account(tenant: str = "acme", **names: str) -> Account:
    """Six hundred cents, half of them held."""
    return Account(tenant=tenant, held_cents=300, settled_cents=300, **names)


def line(account: Account, by: By = "tenant", month: datetime = NOW, now: datetime = NOW) -> Any:
    """The account's line."""
    (found,) = showback([account], [], BUDGETS, month, by, now).lines
    return found


@pytest.mark.parametrize(
    ("account", "by", "limit"),
    [
        (an_account(), "tenant", 10_000),
        (an_account(project="vision"), "project", 30_000),
        (an_account(project="other"), "project", 2000),
        (an_account(project="vision", run="r1"), "run", 20_000),
        (an_account("umbrella"), "tenant", 1000),
        (an_account("umbrella", project="vision"), "project", 2000),
        (an_account("umbrella", project="vision", run="r1"), "run", 3000),
    ],
)
def test_each_account_is_held_to_its_own_limit_or_to_the_default(account: Account, by: By, limit: int) -> None:
    found = line(account, by)
    assert (found.limit_cents, found.left_cents, found.cents) == (limit, limit - 600, 600)


@pytest.mark.parametrize(
    ("now", "projected"),
    [
        (NOVEMBER, 18_000),
        (NOVEMBER + timedelta(hours=12), 18_000),
        (NOVEMBER + timedelta(days=10), 1800),
        (NOVEMBER + timedelta(days=15), 1200),
        (NOVEMBER + timedelta(days=29, hours=23), 601),
        (NOVEMBER + timedelta(days=30), 600),
        (NOVEMBER - timedelta(days=1), 600),
    ],
)
def test_the_rest_of_the_month_is_expected_to_go_on_as_it_began(now: datetime, projected: int) -> None:
    assert line(an_account(), month=NOVEMBER, now=now).projected_cents == projected


def test_a_run_does_not_go_on() -> None:
    assert line(an_account(project="vision", run="r1"), "run", now=NOVEMBER).projected_cents == 600


def test_alerts_are_those_of_the_month() -> None:
    at = [NOVEMBER - timedelta(seconds=1), NOVEMBER, NOVEMBER + timedelta(days=30) - timedelta(seconds=1)]
    given = [Event(run="budgets", tenant="acme", kind="budget.anomaly", body={}, at=moment)
             for moment in (*at, NOVEMBER + timedelta(days=30))]  # fmt: skip
    found = showback([], given, BUDGETS, NOW, "tenant", NOW)
    assert (found.month, [alert.at for alert in found.alerts]) == ("2026-11", at[1:])


@given(st.integers(0, 10**15), st.integers(0, 10**8))
def test_less_than_what_was_spent_is_never_projected(cents: int, seconds: int) -> None:
    now = NOVEMBER + timedelta(seconds=seconds)
    account = Account(tenant="acme", held_cents=0, settled_cents=cents)
    assert line(account, month=now, now=now).projected_cents >= cents
