"""A queue wakes the orchestrators early: by boto3's real SQS client against the AWS emulator."""

from __future__ import annotations

import secrets

import boto3
import pytest

from functions.orchestrate.orchestrator import orchestrate
from functions.orchestrate.sqs import SqsWake, sqs_wake
from functions.orchestrate.surroundings import surroundings
from functions.orchestrate.wake import QUEUE, wake
from functions.serve.terms import approval_terms
from mcp_handlers.kernel.clock import SystemClock
from tests.flows.house import House
from tests.flows.test_parked import BIG, GRACE, fresh
from workflow.control.approvals.desk import Desk
from workflow.model.errors import BadRequest
from workflow.model.wake import Silent


@pytest.fixture
def queue(house: House, monkeypatch: pytest.MonkeyPatch) -> SqsWake:
    """A fresh queue."""
    for name, value in house.told.environment().items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    made = boto3.client("sqs").create_queue(QueueName=f"wake-{secrets.token_hex(4)}")
    return sqs_wake(made["QueueUrl"])


async def test_a_yes_wakes_the_orchestrator_which_finishes_the_run(house: House, queue: SqsWake) -> None:
    run = await house.ask(BIG, project=fresh())
    assert await queue.listen(0) == ()
    async with surroundings(house.told) as around:
        desk = Desk(around.store, SystemClock(), approval_terms(), queue)
        (asked,) = [a for a in await around.store.list_approvals(unclosed=True) if a.request.run == run.id]
        await desk.say(GRACE, asked.request.id, approved=True)
        words = await queue.listen(20)
        assert len(words) == 1
        assert (await orchestrate(around)).states == {"succeeded": 1}
        await queue.acknowledge(words)
    assert await queue.listen(0) == ()


async def test_words_that_come_twice_late_or_from_a_stranger_change_nothing(house: House, queue: SqsWake) -> None:
    for word in ("r-nobody", "r-nobody", "'; DROP TABLE runs"):
        await queue.publish(word)
    async with surroundings(house.told) as around:
        heard = await queue.listen(20)
        assert heard
        assert (await orchestrate(around)).taken == 0
        await queue.acknowledge(heard)


async def test_a_queue_that_is_away_hinders_nobody(queue: SqsWake) -> None:
    away = SqsWake(queue.client, f"{queue.queue}-gone")
    await away.publish("r1")
    assert await away.listen(0) == ()
    await away.acknowledge(["x"])


def test_the_queue_is_what_is_set(queue: SqsWake) -> None:
    assert isinstance(wake({}), Silent)
    assert isinstance(wake({QUEUE: queue.queue}), SqsWake)
    with pytest.raises(BadRequest):
        wake({QUEUE: "projects/x/topics/y"})
