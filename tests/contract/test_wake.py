"""What every queue keeps to that wakes orchestrators: it says and hears, and its trouble is nobody's trouble."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from functions.orchestrate.pubsub import PubsubWake, pubsub_wake
from functions.orchestrate.sqs import SqsWake
from functions.orchestrate.wake import QUEUE, wake
from infra.local import process
from infra.local.services import PROJECT, PUBSUB, local_services, ports
from tests.contract.clouds.aws_cloud import LocalAws, running
from tests.contract.clouds.test_local_cloud import free_base
from tests.contract.queues import Pubsub, Queue, Sqs, aws_environment, running_pubsub
from workflow.model.errors import BadRequest
from workflow.model.wake import Silent

LONG = 15.0
"""Seconds; every wait for something that comes ends when it has come."""


@pytest.fixture(scope="module")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """One local AWS for all cases."""
    with running(tmp_path_factory.mktemp("aws")) as cloud:
        yield cloud


@pytest.fixture(params=["sqs", "pubsub"])
def queue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    """A fresh one of each kind."""
    if request.param == "pubsub":
        with running_pubsub(monkeypatch) as faults:
            yield Pubsub(faults)
        return
    cloud: LocalAws = request.getfixturevalue("local_aws")
    aws_environment(monkeypatch, cloud.environment)
    yield (made := Sqs(cloud.url))
    made.heal()


async def heard(queue: Queue, count: int) -> list[str]:
    """Words, as many as are told; a queue may give them one by one."""
    words: list[str] = []
    while len(words) < count:
        more = await queue.wake.listen(LONG)
        assert more, f"only {len(words)} words came"
        words += more
    return words


async def quiet(queue: Queue) -> Sequence[str]:
    """What can be heard at once."""
    return await queue.wake.listen(0)


async def test_what_is_said_is_heard_and_does_not_come_again_once_it_is_acknowledged(queue: Queue) -> None:
    await queue.wake.publish("r1")
    words = await heard(queue, 1)
    queue.give_back(words)
    again = await heard(queue, 1)
    await queue.wake.acknowledge(again)
    queue.give_back([])
    assert await quiet(queue) == ()


async def test_whoever_listens_to_silence_is_told_nothing_after_the_time(queue: Queue) -> None:
    assert await quiet(queue) == ()
    await queue.wake.acknowledge(())


async def test_a_word_said_twice_is_acknowledged_twice(queue: Queue) -> None:
    await queue.wake.publish("r1")
    await queue.wake.publish("r1")
    await queue.wake.acknowledge(await heard(queue, 2))
    assert await quiet(queue) == ()


async def test_words_that_come_again_in_another_order_are_acknowledged_all_the_same(queue: Queue) -> None:
    for run in ("r1", "r2", "r3"):
        await queue.wake.publish(run)
    first = await heard(queue, 3)
    queue.give_back(list(reversed(first)))
    again = await heard(queue, 3)
    assert set(again).isdisjoint(first)
    await queue.wake.acknowledge(again)
    assert await quiet(queue) == ()


@pytest.mark.parametrize("fate", ["error", "lost", "throttle", "cloud_down", "no_permission"])
async def test_an_acknowledgement_that_fails_raises_nothing_and_at_worst_the_word_comes_again(
    queue: Queue, fate: str
) -> None:
    await queue.wake.publish("r1")
    words = await heard(queue, 1)
    queue.fault(fate, queue.acknowledging)
    await queue.wake.acknowledge(words)
    queue.heal()
    if fate != "lost":
        queue.give_back(words)
        await queue.wake.acknowledge(await heard(queue, 1))
    assert await quiet(queue) == ()


async def test_acknowledging_again_or_what_was_never_said_is_harmless(queue: Queue) -> None:
    await queue.wake.publish("r1")
    words = await heard(queue, 1)
    for _ in range(2):
        await queue.wake.acknowledge([*words, "no-such-word"])
    assert await quiet(queue) == ()


@pytest.mark.parametrize("fate", ["error", "throttle", "cloud_down", "no_permission"])
async def test_what_could_not_be_said_raises_nothing(queue: Queue, fate: str) -> None:
    queue.fault(fate, queue.saying)
    await queue.wake.publish("r1")
    queue.heal()
    await queue.wake.publish("r2")
    assert await heard(queue, 1)


async def test_a_word_whose_answer_was_lost_is_heard(queue: Queue) -> None:
    queue.fault("lost", queue.saying)
    await queue.wake.publish("r1")
    queue.heal()
    assert await heard(queue, 1)


@pytest.mark.parametrize("fate", ["error", "throttle", "cloud_down", "no_permission"])
async def test_a_queue_that_cannot_be_heard_is_heard_again_when_it_is_back(queue: Queue, fate: str) -> None:
    await queue.wake.publish("r1")
    queue.fault(fate, queue.hearing)
    assert await quiet(queue) == ()
    queue.heal()
    assert await heard(queue, 1)


async def test_a_queue_that_there_is_not_hinders_nobody(queue: Queue) -> None:
    await queue.gone.publish("r1")
    assert await queue.gone.listen(0) == ()
    await queue.gone.acknowledge(["x"])


async def test_the_queue_is_what_is_set(queue: Queue) -> None:
    kind = SqsWake if isinstance(queue, Sqs) else PubsubWake
    assert isinstance(wake({QUEUE: queue.name}), kind)


def test_without_a_setting_nobody_is_woken() -> None:
    assert isinstance(wake({}), Silent)


@pytest.mark.parametrize(
    "name", ["tollgate-wake", "projects/acme", "projects/acme/snapshots/wake", "projects/acme/topics/x", "ftp://queue"]
)
def test_what_names_no_queue_is_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(BadRequest) as refused:
        wake({QUEUE: name})
    assert "projects/PROJECT/subscriptions/NAME" in refused.value.remedy


async def test_whoever_is_told_a_topic_only_speaks_and_who_listens_elsewhere_hears(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with running_pubsub(monkeypatch) as faults:
        queue = Pubsub(faults)
        speaks = pubsub_wake(queue.name.replace("/subscriptions/", "/topics/"))
        await speaks.publish("r1")
        assert await speaks.listen(0) == ()
        assert await heard(queue, 1)


def test_the_local_cloud_has_a_pubsub_only_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PUBSUB, raising=False)
    before = [service.name for service in local_services(tmp_path)]
    monkeypatch.setenv(PUBSUB, "1")
    assert [service.name for service in local_services(tmp_path)] == [*before, "pubsub"]


async def test_the_process_of_the_local_cloud_serves_the_queue_that_its_page_names_and_takes_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PUBSUB, "1")
    monkeypatch.setenv("TOLLGATE_LOCAL_PORT_BASE", str(free_base()))
    *_, service = local_services(tmp_path)
    begun = process.start(service.command, service.environment, PROJECT, tmp_path / "pubsub.log")
    try:
        await answering(service.ready_url)
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{ports()['pubsub']}")
        queue = wake({QUEUE: "projects/tollgate-local/subscriptions/tollgate-wake"})
        await queue.publish("r1")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.port}") as client:
            for kind, status in (("no such", 400), ("error", 200)):
                told = {"kind": kind, "operation": "Pull", "times": 1}
                assert (await client.post("/_tollgate/faults", json=told)).status_code == status
        assert await queue.listen(0) == ()
        assert len(await queue.listen(LONG)) == 1
    finally:
        begun.end()


async def answering(url: str) -> None:
    """Wait until the address answers."""
    async with httpx.AsyncClient() as client:
        for _ in range(1200):
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(url)).status_code == 200:
                    return
            await asyncio.sleep(0.05)
    raise AssertionError(f"nothing answers at {url}")
