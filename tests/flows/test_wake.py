"""A queue wakes the orchestrators early: by the real clients of SQS and Pub/Sub against emulators that speak their
wire."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.orchestrate.orchestrator import orchestrate
from functions.orchestrate.surroundings import surroundings
from functions.serve.terms import approval_terms
from infra.local.services import ports
from mcp_handlers.kernel.clock import SystemClock
from tests.contract.queues import Pubsub, Queue, Sqs, aws_environment, running_pubsub
from tests.flows.house import House
from tests.flows.test_parked import BIG, GRACE, fresh
from workflow.control.approvals.desk import Desk


@pytest.fixture(params=["sqs", "pubsub"])
def queue(request: pytest.FixtureRequest, house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    """A fresh one of each kind."""
    if request.param == "pubsub":
        with running_pubsub(monkeypatch) as faults:
            yield Pubsub(faults)
        return
    aws_environment(monkeypatch, house.told.environment())
    yield Sqs(f"http://127.0.0.1:{ports()['aws']}")


async def test_a_yes_wakes_the_orchestrator_which_finishes_the_run(house: House, queue: Queue) -> None:
    run = await house.ask(BIG, project=fresh())
    assert await queue.wake.listen(0) == ()
    async with surroundings(house.told) as around:
        desk = Desk(around.store, SystemClock(), approval_terms(), queue.wake)
        (asked,) = [a for a in await around.store.list_approvals(unclosed=True) if a.request.run == run.id]
        await desk.say(GRACE, asked.request.id, approved=True)
        words = await queue.wake.listen(20)
        assert len(words) == 1
        assert (await orchestrate(around)).states == {"succeeded": 1}
        await queue.wake.acknowledge(words)
    assert await queue.wake.listen(0) == ()


async def test_words_that_come_twice_late_or_from_a_stranger_change_nothing(house: House, queue: Queue) -> None:
    for word in ("r-nobody", "r-nobody", "'; DROP TABLE runs"):
        await queue.wake.publish(word)
    async with surroundings(house.told) as around:
        heard = await queue.wake.listen(20)
        assert heard
        assert (await orchestrate(around)).taken == 0
        await queue.wake.acknowledge(heard)
