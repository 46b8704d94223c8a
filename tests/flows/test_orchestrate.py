"""Runs that go on without whoever asked for them: by the orchestrator, watched, cancelled and drawn."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

from functions.orchestrate.surroundings import surroundings
from mcp_handlers.kernel.clock import SystemClock
from tests.flows.holdings import NOTHING
from tests.flows.house import House
from tests.flows.test_parked import AS_GRACE, BIG, GRACE, ROOT, fresh, tollgate
from workflow.store.store import open_store

BUCKET = "We need a bucket for backups in Ireland"


async def test_a_run_parked_by_an_approval_is_finished_by_the_orchestrator_in_another_process(house: House) -> None:
    run = await house.ask(BIG, project=fresh())
    assert json.loads(tollgate("orchestrate", "--once", "--json").stdout)["states"] == {}
    await house.say(run, GRACE, approved=True)
    ticked = tollgate("orchestrate", "--once", "--json")
    assert ticked.returncode == 0, ticked.stderr
    assert json.loads(ticked.stdout) == {
        "taken": 1, "states": {"succeeded": 1}, "troubled": 0, "unfinished": 0
    }  # fmt: skip
    kinds = [entry.event.kind for entry in await house.entries(run.id)]
    assert kinds.count("approval.used") == 1
    assert kinds[-1] == "finished"
    watched = tollgate("runs", "watch", run.id)
    assert watched.returncode == 0
    assert "succeeded" in watched.stdout


async def test_a_yes_is_a_yes_also_where_an_orchestrator_was_quicker_to_go_on(house: House) -> None:
    run = await house.ask(BIG, project=fresh())
    now = SystemClock().now()
    async with open_store(house.told.database) as store:
        (asked,) = [a for a in await store.list_approvals(unclosed=True, limit=1000) if a.request.run == run.id]
        assert await store.take_run(run.id, "elsewhere:1:x", now, now + timedelta(minutes=5)) is not None
        said = tollgate("approvals", "approve", asked.request.id, **AS_GRACE)
        assert (said.returncode, "is approved" in said.stdout) == (0, True), said.stdout + said.stderr
        wished = tollgate("runs", "cancel", run.id, "--json")
        assert (wished.returncode, json.loads(wished.stdout)["cancel"]) == (4, "asked")


async def test_a_run_whose_terminal_is_killed_goes_on_elsewhere_and_makes_nothing_twice(house: House) -> None:
    command = [sys.executable, "-m", "functions.cli.main", "run", BUCKET, "--json"]
    async with open_store(house.told.database) as store:
        before = {run.id for run in await store.list_runs(limit=1000)}
        terminal = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL)
        begun: list[str] = []
        while not begun:
            assert terminal.returncode is None
            begun = [run.id for run in await store.list_runs() if run.id not in before]
        terminal.kill()
        await terminal.wait()
        left = await store.get_run(begun[0])
    assert left is not None
    assert left.record is None
    (name,) = begun
    resumed = tollgate("runs", "resume", name, "--json")
    assert json.loads(resumed.stdout)["state"] == "succeeded", resumed.stdout + resumed.stderr
    held = [thing for things in (await house.holdings()).values() for thing in things]
    assert len(held) == 1
    kinds = [entry.event.kind for entry in await house.entries(name)]
    assert (kinds.count("requested"), kinds.count("finished")) == (1, 1)


async def test_a_parked_run_that_is_cancelled_ends_at_once_and_says_by_whom(house: House) -> None:
    run = await house.ask(BIG, project=fresh())
    done = tollgate("runs", "cancel", run.id, "--reason", "not needed", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    record = json.loads(done.stdout)
    assert (record["state"], record["code"], record["reason"]) == (
        "failed", "CANCELLED", "Cancelled by local@dev: not needed"
    )  # fmt: skip
    assert await house.holdings() == NOTHING
    kinds = [entry.event.kind for entry in await house.entries(run.id)]
    assert [kind for kind in kinds if kind.startswith(("approval.", "run.", "finished"))] == [
        "approval.asked", "run.cancel_asked", "run.resumed", "approval.revoked", "finished"
    ]  # fmt: skip
    again = tollgate("runs", "cancel", run.id, "--json")
    assert (again.returncode, json.loads(again.stdout)["error"]["code"]) == (2, "CONFLICT")
    assert tollgate("runs", "cancel", "nothing", "--json").returncode == 2


async def test_a_run_that_waits_can_be_watched_for_a_while_and_is_not_stuck(house: House) -> None:
    run = await house.ask(BIG, project=fresh())
    watched = tollgate("runs", "watch", run.id, "--for", "0", "--json")
    assert watched.returncode == 4
    kinds = [json.loads(line)["event"]["kind"] for line in watched.stdout.splitlines()]
    assert kinds == [entry.event.kind for entry in await house.entries(run.id)]
    assert run.id not in [each["id"] for each in json.loads(tollgate("runs", "list", "--stuck", "--json").stdout)]
    assert tollgate("runs", "watch", "nothing").returncode == 2


async def test_a_runs_course_is_drawn_into_a_file(house: House, tmp_path: Path) -> None:
    record = await house.record(BUCKET, project=fresh())
    drawn = tmp_path / "run.html"
    assert tollgate("runs", "show", record.run, "--html", str(drawn)).returncode == 0
    text = drawn.read_text()
    assert "create_storage_bucket on" in text
    assert 'role="listitem"' in text
    refused = tollgate("runs", "show", record.run, "--html", str(tmp_path / "no" / "run.html"))
    assert (refused.returncode, "could not be written" in refused.stderr) == (2, True)


async def test_a_run_that_looks_after_its_job_waits_for_it_in_no_process(house: House) -> None:
    wish = "Train a model on 8 vCPUs for 2 hours, EU data only, GCP only"
    parked = tollgate("run", wish, "--until", "ended", "--json")
    assert parked.returncode == 4, parked.stdout + parked.stderr
    told = json.loads(parked.stdout)
    assert told["waits_for"].startswith("It runs: job ")
    assert json.loads(tollgate("orchestrate", "--once", "--json").stdout)["taken"] == 0
    assert tollgate("runs", "cancel", told["run"]).returncode == 0
    assert await house.holdings() == NOTHING


async def test_what_the_gate_said_in_one_run_is_known_in_the_next_of_the_same_process(house: House) -> None:
    run = await house.ask(BUCKET)
    async with surroundings(house.told) as around:
        who = run.request.principal
        async with around.at_work(who) as (one, _), around.at_work(who) as (other, _):
            assert one.precedents is other.precedents
