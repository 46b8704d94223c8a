"""A run that waits for people: who may let it go on, across processes, and what ends it."""

import asyncio
import json
import os
import secrets
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from functions.binding import gate
from functions.serve.terms import approval_terms
from mcp_handlers.kernel.clock import SystemClock
from tests.flows.holdings import NOTHING
from tests.flows.house import House
from workflow.control.approvals.desk import Desk
from workflow.model.approval import Lift
from workflow.model.errors import Forbidden, InHand
from workflow.model.principal import Principal
from workflow.model.run import Run
from workflow.store.store import open_store

ROOT = Path(__file__).parents[2]
BIG = "Train on 8 H100 GPUs for 7.5 hours, EU only, on-demand"
"""Dear enough for the soft budget of a project that has none of its own, and on no cloud too dear for the hard one."""
GRACE = Principal(id="grace@example.com", tenant="acme", roles=("operator",))
AS_GRACE = {"TOLLGATE_USER": GRACE.id, "TOLLGATE_ROLES": "operator"}


def fresh() -> str:
    """A project that has spent nothing."""
    return f"p{secrets.token_hex(4)}"


def tollgate(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in another process."""
    command = [sys.executable, "-m", "functions.cli.main", *words]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120, check=False
    )


def codes(run: Run) -> tuple[str, str]:
    """How it ended."""
    assert run.record is not None
    return run.state, run.record.code


async def test_a_run_parks_another_process_approves_it_and_it_finishes(house: House) -> None:
    parked = tollgate("run", BIG, "--project", fresh(), "--json")
    assert parked.returncode == 4, parked.stdout + parked.stderr
    told = json.loads(parked.stdout)
    name = told["approval"]
    assert name in [a["request"]["id"] for a in json.loads(tollgate("approvals", "list", "--json").stdout)]
    shown = tollgate("approvals", "show", name).stdout
    for words in (
        "+ create",
        "create_storage_bucket",
        "submit_ml_job",
        "cost $",
        "BUDGET_SOFT",
        "local@dev",
        "operator",
    ):
        assert words in shown, words
    own = tollgate("approvals", "approve", name, TOLLGATE_ROLES="operator")
    assert (own.returncode, "may not approve it" in own.stderr) == (3, True)
    assert await house.holdings() == NOTHING
    done = tollgate("approvals", "approve", name, "--reason", "it is worth it", **AS_GRACE)
    assert done.returncode == 0, done.stdout + done.stderr
    kinds = [entry.event.kind for entry in await house.entries(told["run"])]
    assert [kind for kind in kinds if kind.startswith("approval.")] == [
        "approval.asked", "approval.approved", "approval.used"
    ]  # fmt: skip
    assert kinds[-1] == "finished"
    again = tollgate("approvals", "approve", name, "--json", TOLLGATE_USER="heidi", TOLLGATE_ROLES="operator")
    assert (again.returncode, json.loads(again.stdout)["error"]["code"]) == (2, "BAD_REQUEST")
    replayed = tollgate("runs", "replay", told["run"])
    assert replayed.returncode == 0, replayed.stdout


async def test_a_parked_run_says_what_to_do_next(house: House) -> None:
    parked = tollgate("run", BIG, "--project", fresh())
    assert parked.returncode == 4
    assert "tollgate approvals show a" in parked.stdout
    assert "tollgate approvals approve a" in parked.stdout


async def test_a_run_that_nobody_answered_stays_where_it_is(house: House) -> None:
    run = await house.ask(BIG, project=fresh())
    assert (await house.resume(run)).state == "waiting"
    with pytest.raises(Forbidden):
        await house.say(run, run.request.principal, approved=True)
    assert await house.holdings() == NOTHING


async def test_a_no_ends_the_run_denied_with_the_reason(house: House) -> None:
    run = await house.ask(BIG, project=fresh())
    await house.say(run, GRACE, approved=False, reason="too dear this month")
    ended = await house.resume(run)
    assert codes(ended) == ("denied", "APPROVAL_DENIED")
    assert ended.record is not None
    assert "grace@example.com said no: too dear this month" in ended.record.reason
    assert await house.holdings() == NOTHING


async def test_a_denial_on_the_command_line_exits_as_denied(house: House) -> None:
    name = json.loads(tollgate("run", BIG, "--project", fresh(), "--json").stdout)["approval"]
    done = tollgate("approvals", "deny", name, "--reason", "no", "--json", **AS_GRACE)
    assert (done.returncode, json.loads(done.stdout)["code"]) == (3, "APPROVAL_DENIED")


def rewrite(house: House, run: Run, field: str, value: object) -> None:
    """Change what a run's request for approval says, as time or a price list would."""
    with closing(sqlite3.connect(house.told.database)) as database, database:
        database.execute(
            "UPDATE approvals SET body = json_set(body, ?, ?) WHERE run = ?", (f"$.{field}", value, run.id)
        )


@pytest.mark.parametrize("answered", [True, False])
async def test_when_the_time_is_over_the_run_ends_denied_and_says_so(house: House, answered: bool) -> None:
    run = await house.ask(BIG, project=fresh())
    if answered:
        await house.say(run, GRACE, approved=True)
    rewrite(house, run, "expires_at", "2026-01-01T00:00:00Z")
    ended = await house.resume(run)
    assert codes(ended) == ("denied", "APPROVAL_EXPIRED")
    assert await house.holdings() == NOTHING
    assert (await house.entries(run.id))[-1].event.kind == "finished"


async def test_a_price_that_rose_beyond_the_tolerance_ends_the_run_denied(house: House) -> None:
    run = await house.ask(BIG, project=fresh())
    await house.say(run, GRACE, approved=True)
    rewrite(house, run, "priced_cents", 1)
    ended = await house.resume(run)
    assert codes(ended) == ("denied", "APPROVAL_PRICE")
    assert await house.holdings() == NOTHING


async def test_a_run_that_was_approved_goes_on_once_however_often_it_is_resumed(house: House) -> None:
    run = await house.ask(BIG, project=fresh())
    await house.say(run, GRACE, approved=True)
    came = await asyncio.gather(*(house.resume(run) for _ in range(3)), return_exceptions=True)
    ends = [each for each in came if isinstance(each, Run)]
    assert {end.state for end in ends} == {"succeeded"}
    assert all(isinstance(each, Run | InHand) for each in came), came
    assert (await house.resume(run)).state == "succeeded"
    held = [name.split()[0] for cloud in (await house.holdings()).values() for name in cloud]
    assert sorted(held) == ["bucket", "job"]
    kinds = [entry.event.kind for entry in await house.entries(run.id)]
    assert kinds.count("approval.used") == 1


async def test_a_lent_role_carries_a_run_and_no_longer_than_it_is_lent(house: House) -> None:
    viewer = Principal(id="vera@example.com", tenant="acme", roles=("viewer",))
    project = fresh()
    wish = "We need a bucket for backups in Ireland"
    assert codes(await house.ask(wish, principal=viewer, project=project))[0] == "denied"
    admin = Principal(id="root@example.com", tenant="acme", roles=("admin",))
    async with open_store(house.told.database) as store:
        desk = Desk(store, SystemClock(), approval_terms())
        asked = await desk.ask_role(viewer, Lift(role="developer", hours=1, once=True), "first day", gate().revision)
        await desk.say(admin, asked.request.id, approved=True)
    lent = await house.ask(wish, principal=viewer, project=project)
    assert lent.state == "succeeded", lent.record and (lent.record.code, lent.record.reason)
    assert codes(await house.ask(wish, principal=viewer, project=project))[0] == "denied"


async def test_a_role_is_asked_for_lent_and_taken_back_on_the_command_line(house: House) -> None:
    asked = tollgate("approvals", "elevate", "operator", "--hours", "2", "--reason", "the night shift", "--json")
    assert asked.returncode == 4, asked.stderr
    name = json.loads(asked.stdout)["request"]["id"]
    refused = tollgate("approvals", "approve", name, **AS_GRACE)
    assert refused.returncode == 3
    admin = {"TOLLGATE_USER": "root@example.com", "TOLLGATE_ROLES": "admin"}
    assert json.loads(tollgate("approvals", "approve", name, "--json", **admin).stdout)["words"][0]["approved"]
    assert tollgate("approvals", "revoke", name, **admin).returncode == 0
    assert [e.event.kind for e in await house.entries(name)] == [
        "approval.asked", "approval.approved", "elevation.granted", "elevation.revoked"
    ]  # fmt: skip
