"""A run that waits for people: who may let it go on, across processes, and what ends it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.holdings import NOTHING
from tests.flows.house import House
from workflow.model.errors import Forbidden
from workflow.model.run import Run
from workflow.model.workload import Principal

ROOT = Path(__file__).parents[2]
BIG = "Train on 8 H100 GPUs on 2 nodes for 85 hours, EU only, on-demand"
"""Dear enough for the soft budget to ask."""
GRACE = Principal(id="grace@example.com", tenant="acme", roles=("operator",))
AS_GRACE = {"TOLLGATE_USER": GRACE.id, "TOLLGATE_ROLES": "operator"}


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
    parked = tollgate("run", BIG, "--json")
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
    parked = tollgate("run", BIG)
    assert parked.returncode == 4
    assert "tollgate approvals show a" in parked.stdout
    assert "tollgate approvals approve a" in parked.stdout


async def test_a_run_that_nobody_answered_stays_where_it_is(house: House) -> None:
    run = await house.ask(BIG)
    assert (await house.resume(run)).state == "waiting"
    with pytest.raises(Forbidden):
        await house.say(run, run.request.principal, approved=True)
    assert await house.holdings() == NOTHING


async def test_a_no_ends_the_run_denied_with_the_reason(house: House) -> None:
    run = await house.ask(BIG)
    await house.say(run, GRACE, approved=False, reason="too dear this month")
    ended = await house.resume(run)
    assert codes(ended) == ("denied", "APPROVAL_DENIED")
    assert ended.record is not None
    assert "grace@example.com said no: too dear this month" in ended.record.reason
    assert await house.holdings() == NOTHING


async def test_a_denial_on_the_command_line_exits_as_denied(house: House) -> None:
    name = json.loads(tollgate("run", BIG, "--json").stdout)["approval"]
    done = tollgate("approvals", "deny", name, "--reason", "no", "--json", **AS_GRACE)
    assert (done.returncode, json.loads(done.stdout)["code"]) == (3, "APPROVAL_DENIED")


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
