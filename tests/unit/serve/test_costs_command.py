"""`tollgate costs`, as those who pay see it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from functions.cli.main import build
from tests.contract.stores import a_receipt, a_reservation
from workflow.model.ports import Event
from workflow.store.store import open_store

AT = datetime(2026, 10, 20, tzinfo=UTC)
ALERT = {"scope": "project", "name": "vision", "day": "2026-10-20", "cents": 9000, "run": "r2", "median_cents": 100,
         "most_cents": 700}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tenants' October."""
    monkeypatch.setenv("TOLLGATE_HOME", str(tmp_path))
    for name in ("DATABASE_URL", "USER", "TENANT", "ROLES", "POLICIES"):
        monkeypatch.delenv(f"TOLLGATE_{name}", raising=False)
    asyncio.run(_spent(tmp_path))


async def _spent(home: Path) -> None:
    async with open_store(home / "tollgate.db") as store:
        for key, cents, names in (
            ("a", 3_000_000, {"run": "r1"}),
            ("b", 9_000, {"run": "r2", "project": "vision"}),
            ("c", 150, {"run": "r3", "tenant": "umbrella"}),
        ):
            wanted = a_reservation(key, cents, at=AT, **names)
            assert await store.reserve([wanted], await store.spend(wanted.tenant, wanted.project, AT))
        await store.save_receipt(a_receipt("a", run="r1"))
        await store.append(Event(run="budgets", tenant="acme", kind="budget.anomaly", body=ALERT, at=AT))


def costs(*words: str) -> Result:
    return CliRunner().invoke(build("costs"), ["costs", "--month", "2026-10", *words])


def lines(*words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(costs(*words, "--json").stdout)["lines"]
    return found


def test_the_table_has_every_amount_with_its_unit_and_the_alerts_below() -> None:
    shown = [" ".join(row.split()) for row in costs().stdout.splitlines()]
    assert shown == [
        "2026-10 (UTC), US dollars",
        "tenant project held settled limit left month's end",
        "acme default $0.00 $30,000.00 $25,000.00 -$5,000.00 $30,000.00",
        "acme vision $90.00 $0.00 $1,000.00 $910.00 $90.00",
        "▲ 2026-10-20 project vision spent $90.00; usual is up to $7.00 (median $1.00), with run r2.",
    ]


def test_json_has_the_same_in_cents() -> None:
    found = json.loads(costs("--by", "tenant", "--json").stdout)
    assert found["lines"] == [
        {
            "account": {"tenant": "acme", "project": "", "run": "", "held_cents": 9000, "settled_cents": 3_000_000},
            "limit_cents": 5_000_000,
            "left_cents": 1_991_000,
            "projected_cents": 3_009_000,
        }
    ]
    assert (found["month"], found["by"], [one["body"] for one in found["alerts"]]) == ("2026-10", "tenant", [ALERT])


def test_runs_are_told_apart() -> None:
    assert [one["account"]["run"] for one in lines("--by", "run")] == ["r1", "r2"]


def test_another_tenants_costs_are_seen_by_an_admin_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLGATE_TENANT", "umbrella")
    assert [one["account"]["tenant"] for one in lines()] == ["umbrella"]
    assert json.loads(costs("--json").stdout)["alerts"] == []
    monkeypatch.setenv("TOLLGATE_ROLES", "viewer,admin")
    assert {one["account"]["tenant"] for one in lines()} == {"acme", "umbrella"}


def test_a_month_without_spend_says_so() -> None:
    assert costs("--month", "2020-01").stdout == "Nothing was spent in 2020-01.\n"


def test_where_nothing_ever_ran_nothing_was_spent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLGATE_HOME", str(tmp_path / "new"))
    assert (costs().stdout, lines()) == ("Nothing was spent in 2026-10.\n", [])


@pytest.mark.parametrize("words", [("--month", "October"), ("--by", "colour")])
def test_what_is_no_month_or_no_kind_of_line_is_refused(words: tuple[str, str]) -> None:
    assert costs(*words).exit_code == 2
