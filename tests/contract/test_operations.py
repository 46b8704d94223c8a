"""A run whose cloud is long about something waits in the database and in no process, on either store."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.contract.orchestra import JumpyClock, Orchestrator, World, orchestrator, submitted
from tests.contract.stores import STORES
from workflow.model.errors import OutcomeUnknown
from workflow.model.lease import Cancel, Place
from workflow.model.plan import Plan
from workflow.model.run import Record

HOUR = timedelta(hours=1)


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    return STORES[request.param].place(tmp_path)


def status_of(one: Orchestrator, status: Callable[[str], str]) -> None:
    """From now on each job has this status, by its id; a stage waits for nothing."""
    whole = one.context.tools.call

    async def call(tool: str, cloud: str, arguments: Any, **named: Any) -> Any:
        answer = await whole(tool, cloud, arguments, **named)
        if tool == "get_health" and arguments["resource"]["kind"] == "job":
            answer.output["health"] |= {"status": status(arguments["resource"]["id"]), "detail": "JOB_STATE_QUEUED"}
        return answer

    object.__setattr__(one.context.tools, "call", call)
    object.__setattr__(one.context, "patience", 0.0)


async def standing(one: Orchestrator) -> Place:
    """Where the run stands."""
    found = await one.context.store.get_place("r1")
    assert found is not None
    return found


async def record(one: Orchestrator) -> Record:
    """What the run came to."""
    run = await one.context.store.get_run("r1")
    assert run is not None
    assert run.record is not None
    return run.record


async def kinds(one: Orchestrator) -> list[str]:
    return [entry.event.kind for entry in await one.context.store.entries(run="r1")]


async def test_a_job_in_the_queue_parks_its_run_which_is_looked_at_ever_more_seldom(place: str) -> None:
    clock, world, status = JumpyClock(random.Random(0)), World(), ["pending"]
    async with orchestrator(place, world, clock) as one:
        status_of(one, lambda _: status[0])
        await submitted(one, "r1")
        pauses = []
        for _ in range(4):
            assert (await one.tick()).states == {"waiting": 1}
            parked = await standing(one)
            assert parked.wait is not None
            assert parked.wait.kind == "operation"
            assert parked.wait.subject.startswith("job ")
            assert "JOB_STATE_QUEUED" in parked.wait.reason
            assert (await one.tick()).taken == 0
            pauses.append((parked.wait.wake_at - clock.now()).total_seconds())
            clock.moment = parked.wait.wake_at
        assert pauses[0] == 15
        assert pauses == sorted(pauses)
        status[0] = "healthy"
        assert (await one.tick()).states == {"succeeded": 1}
        assert sorted(each.id for each in (await record(one)).resources) == sorted(world.holds)
        assert (await kinds(one)).count("operation.awaited") == 4
        assert len(world.calls) == len(set(world.calls))


async def test_what_is_never_ready_is_taken_back_after_an_hour(place: str) -> None:
    clock, world = JumpyClock(random.Random(0)), World()
    async with orchestrator(place, world, clock) as one:
        status_of(one, lambda _: "pending")
        object.__setattr__(one.context, "max_attempts", 1)
        await submitted(one, "r1")
        began = clock.now()
        while (await one.tick()).states == {"waiting": 1}:
            parked = await standing(one)
            assert parked.due_at is not None
            clock.moment = parked.due_at
        ended = await record(one)
        assert (ended.state, ended.code, ended.left_behind) == ("failed", "UNHEALTHY", ())
        assert clock.now() - began == HOUR
        assert world.holds == {}


async def test_a_run_that_is_cancelled_while_it_waits_is_undone_at_once(place: str) -> None:
    clock, world = JumpyClock(random.Random(0)), World()
    async with orchestrator(place, world, clock) as one:
        status_of(one, lambda _: "pending")
        await submitted(one, "r1")
        await one.tick()
        run = await one.context.store.get_run("r1")
        assert run is not None
        asked = one.context.journal.event(run.request, "run.cancel_asked", {"by": "ana"})
        assert await one.context.store.cancel_run("r1", Cancel(by="ana", at=clock.now()), asked)
        assert (await one.tick()).states == {"failed": 1}
        assert (await record(one)).code == "CANCELLED"
        assert world.holds == {}


async def test_a_cloud_that_is_long_about_a_step_is_asked_again_later_with_the_same_key(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.deploy.executor.SLOW_SECONDS", 0.0)
    clock, world, busy = JumpyClock(random.Random(0)), World(), [True]
    async with orchestrator(place, world, clock) as one:
        written = one.context.tools._written  # type: ignore[attr-defined]

        async def slow(tool: str, *rest: Any) -> Any:
            answer = await written(tool, *rest)
            if tool == "submit_ml_job" and busy[0]:
                raise OutcomeUnknown("it is still being made after 240 seconds.")
            return answer

        object.__setattr__(one.context.tools, "_written", slow)
        await submitted(one, "r1")
        for _ in range(2):
            assert (await one.tick()).states == {"waiting": 1}
            parked = await standing(one)
            assert parked.wait is not None
            assert (parked.wait.kind, parked.wait.subject) == ("operation", world.calls[-1])
            clock.moment = parked.wait.wake_at
        busy[0] = False
        assert (await one.tick()).states == {"succeeded": 1}
        assert sorted(each.id for each in (await record(one)).resources) == sorted(world.holds)
        assert "rolled_back" not in await kinds(one)


async def test_an_answer_that_is_lost_at_once_is_no_long_operation(place: str) -> None:
    clock, world = JumpyClock(random.Random(0)), World()
    async with orchestrator(place, world, clock) as one:
        written = one.context.tools._written  # type: ignore[attr-defined]

        async def lost(tool: str, cloud: str, *rest: Any) -> Any:
            answer = await written(tool, cloud, *rest)
            if tool == "submit_ml_job" and len(world.holds) == 2 and len(world.calls) < 6:
                raise OutcomeUnknown("the connection broke off.")
            return answer

        object.__setattr__(one.context.tools, "_written", lost)
        await submitted(one, "r1")
        assert (await one.tick()).states == {"succeeded": 1}
        assert "operation.awaited" not in await kinds(one)


async def looked_at(one: Orchestrator, clock: JumpyClock) -> Place:
    """The run has been gone on with and waits for its job; it is the moment of the next look."""
    assert (await one.tick()).states == {"waiting": 1}
    parked = await standing(one)
    assert parked.wait is not None
    assert (parked.wait.kind, parked.wait.reason.partition(":")[0]) == ("operation", "It runs")
    clock.moment = parked.wait.wake_at
    return parked


async def test_a_job_is_looked_after_until_it_has_ended_where_that_is_asked_for(place: str) -> None:
    clock, world, status = JumpyClock(random.Random(0)), World(), ["healthy"]
    async with orchestrator(place, world, clock) as one:
        status_of(one, lambda _: status[0])
        await submitted(one, "r1", until="ended")
        began = clock.now()
        while clock.now() - began < HOUR:
            await looked_at(one, clock)
        # The cloud starts it again by itself.
        status[0] = "pending"
        for _ in range(8):
            await looked_at(one, clock)
        status[0] = "finished"
        assert (await one.tick()).states == {"succeeded": 1}
        assert {each.status for each in (await record(one)).health if each.resource.kind == "job"} == {"finished"}
        assert (await kinds(one)).count("verified") == 2
        assert len(world.calls) == len(set(world.calls)) == 2


async def test_a_job_that_loses_its_spot_machines_hours_later_goes_on_from_its_checkpoints(place: str) -> None:
    clock, world, lost, ended = JumpyClock(random.Random(0)), World(), set[str](), set[str]()
    async with orchestrator(place, world, clock) as one:
        status_of(one, lambda job: "reclaimed" if job in lost else "finished" if job in ended else "healthy")
        await submitted(one, "r1", until="ended")
        jobs = []
        for _ in range(3):
            await looked_at(one, clock)
            clock.moment += HOUR
            (job,) = [each.id for each in world.holds.values() if each.kind == "job"]
            jobs.append(job)
            lost |= {job}
        lost.remove(jobs[-1])
        ended.add(jobs[-1])
        assert (await one.tick()).states == {"succeeded": 1}
        entries = await one.context.store.entries(run="r1")
        plans = [Plan.model_validate(e.event.body["plan"]) for e in entries if e.event.kind == "decided"]
        assert [each.offer.purchase for each in plans] == ["spot", "spot", "on_demand"]
        assert [len(each.steps) for each in plans] == [2, 1, 1]
        buckets = [each.id for each in world.holds.values() if each.kind == "bucket"]
        assert [each.steps[-1].arguments["bucket"] for each in plans[1:]] == buckets * 2
        assert sorted(each.id for each in (await record(one)).resources) == sorted(world.holds)


async def test_a_job_that_fails_after_it_has_run_is_not_begun_again_elsewhere(place: str) -> None:
    clock, world, status = JumpyClock(random.Random(0)), World(), ["healthy"]
    async with orchestrator(place, world, clock) as one:
        status_of(one, lambda _: status[0])
        await submitted(one, "r1", until="ended")
        await looked_at(one, clock)
        status[0] = "unhealthy"
        assert (await one.tick()).states == {"failed": 1}
        ended = await record(one)
        assert (ended.code, ended.exclusions, world.holds) == ("JOB_FAILED", (), {})
