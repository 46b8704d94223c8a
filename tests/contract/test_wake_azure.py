"""A word to the orchestrator by Azure Service Bus: said by the app's identity, heard by the functions' host."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from functions.orchestrate import servicebus
from functions.orchestrate.wake import QUEUE, wake
from tests.contract.clouds.azure_cloud import LocalAzure, azure, server
from workflow.model.errors import BadRequest
from workflow.model.wake import Wake

__all__ = ["azure", "server"]


@pytest.fixture
def said(azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> Wake:
    """The queue that is set, for an app with an identity of its own."""
    for name, value in azure.environment.items():
        monkeypatch.setenv(name, value)
    return wake(
        {**azure.environment, QUEUE: azure.url.replace("https", "sb") + "/wake", "AZURE_CLIENT_ID": "orchestrator"}
    )


@pytest.fixture
def noted() -> Iterator[list[logging.LogRecord]]:
    """What is logged of the queue, whatever earlier tests made of the process's handlers."""
    found: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = found.append  # type: ignore[method-assign]
    log = logging.getLogger(servicebus.__name__)
    log.addHandler(handler)
    yield found
    log.removeHandler(handler)


def waiting(azure: LocalAzure) -> list[str]:
    """What is in the queue, and then no longer."""
    heard = []
    while (
        answer := azure.http.delete("/wake/messages/head", headers={"authorization": "Bearer local-host-1"})
    ).content:
        heard.append(answer.text)
    return heard


async def test_what_is_said_is_in_the_queue_and_whoever_says_it_hears_nothing(said: Wake, azure: LocalAzure) -> None:
    for run in ("r1", "r2"):
        await said.publish(run)
    assert await said.listen(0) == ()
    await said.acknowledge(())
    assert waiting(azure) == ["r1", "r2"]


async def test_a_queue_that_is_away_or_does_not_know_the_app_hinders_nobody(
    said: Wake, azure: LocalAzure, noted: list[logging.LogRecord]
) -> None:
    azure.fault("cloud_down")
    await said.publish("r1")
    azure.heal()
    assert waiting(azure) == []
    assert [(record.getMessage(), record.__dict__["run"]) for record in noted] == [("nobody could be woken", "r1")]
    await said.publish("r2")
    assert waiting(azure) == ["r2"]


@pytest.mark.parametrize("name", ["sb://", "sb://bus", "sb://bus/", "sb://bus/a b", "sb://user@bus/wake"])
def test_what_names_no_queue_is_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(BadRequest) as refused:
        wake({QUEUE: name})
    assert "sb://NAMESPACE" in refused.value.remedy
