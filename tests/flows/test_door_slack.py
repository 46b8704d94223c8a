"""Slack's door: asked, approved, denied and left unanswered, by what Slack sends over HTTP to the function in
its runtime."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.serve.settings import Settings
from mcp_handlers.kernel.clock import SystemClock
from tests.flows.doors import Doors, opened, tick
from tests.flows.holdings import NOTHING
from tests.flows.house import House
from tests.flows.test_parked import BIG, fresh
from tests.services.server import served
from tests.services.slack import TOKEN, SlackService
from tests.services.slack_sends import SECRET, Sent, click, command, mention, submitted
from workflow.store.store import open_store

BUCKET = "We need a bucket for backups in Ireland"
FORBIDDEN = "Put our patients' records on a bucket in us-east-1, must stay in the EU"


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[SlackService, str]]:
    """A workspace, and where its Web API is."""
    service = SlackService()
    with served(service.app()) as found:
        yield service, found


@pytest.fixture(scope="module")
def running(told: Settings, address: tuple[SlackService, str]) -> Iterator[Doors]:
    """The door on Lambda, set up for it, and this process, which answers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOLLGATE_DOOR_SLACK_SECRET", SECRET)
        patch.setenv("TOLLGATE_DOOR_SLACK_TOKEN", TOKEN)
        patch.setenv("TOLLGATE_DOOR_SLACK_API", f"{address[1]}/api/")
        with opened(told, {"slack": "aws"}) as doors:
            yield doors


@pytest.fixture
def slack(address: tuple[SlackService, str], running: Doors) -> SlackService:
    """The workspace, in which nothing was said yet."""
    service = address[0]
    for each in (service.messages, service.private, service.views, service.calls):
        each.clear()
    return service


Send = Callable[[Sent], Awaitable[tuple[int, Any]]]


@pytest.fixture
def send(running: Doors) -> Send:
    """Sends to the door what Slack would."""
    return lambda sent: running.send("slack", sent)


def shown(message: dict[str, Any]) -> str:
    """Everything that a message says."""
    return json.dumps(message["blocks"], ensure_ascii=False)


def buttons(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A message's buttons by their labels."""
    found = [e for block in message["blocks"] for e in block.get("elements", []) if e["type"] == "button"]
    return {each["text"]["text"]: each for each in found}


async def test_a_slash_command_becomes_a_run_that_is_told_of_in_one_message(
    house: House, slack: SlackService, send: Send
) -> None:
    status, said = await send(command(f"{BUCKET} --project {fresh()}"))
    assert (status, said["response_type"], "is taken in" in said["text"]) == (200, "ephemeral", True)
    assert (await tick(house)).states == {"succeeded": 1}
    (message,) = slack.messages["C1"]
    for words in ("Done: run r", "ada@example.com", "create_storage_bucket", "chosen", "The gate: allow", "Cost *$"):
        assert words in shown(message), words
    assert {method for method, _ in slack.calls} <= {"chat.postMessage", "chat.update"}
    assert [method for method, _ in slack.calls].count("chat.postMessage") == 1


async def test_an_approval_is_a_button_for_who_may_and_is_replaced_by_who_did(
    house: House, slack: SlackService, send: Send
) -> None:
    await send(command(f"{BIG} --project {fresh()}"))
    assert (await tick(house)).states == {"waiting": 1}
    run, question = slack.messages["C1"]
    assert list(buttons(question)) == ["Approve", "Deny", "Details"]
    assert ("create_storage_bucket" in shown(question), "It costs *$" in shown(question)) == (True, True)

    for nobody in ("U_EVE", "U_ADA"):
        assert await send(click(buttons(question)["Approve"], nobody, question)) == (200, None)
    assert [each["user"] for each in slack.private] == ["U_EVE", "U_ADA"]
    assert "is not known here and may not decide" in slack.private[0]["text"]
    assert "none of the roles admin, operator" in slack.private[1]["text"]
    assert await house.holdings() == NOTHING

    await send(click(buttons(question)["Details"], "U_GRACE", question))
    assert "tags.project" in json.dumps(slack.views)
    bound = json.loads(buttons(question)["Approve"]["value"])
    other = json.dumps({**bound, "subject": "0" * 64})
    await send(click({**buttons(question)["Approve"], "value": other}, "U_GRACE", question))
    assert "What is asked is not what you saw." in slack.private[2]["text"]
    assert await send(click(buttons(question)["Approve"], "U_GRACE", question)) == (200, None)
    assert (await tick(house)).states == {"succeeded": 1}
    assert slack.messages["C1"] == [run, question]
    assert buttons(question) == {}
    assert ("*Approved*" in shown(question), "grace@example.com said yes at 20" in shown(question)) == (True, True)
    assert "Done: run" in shown(run)


async def test_a_no_ends_the_run_and_a_form_begins_one(house: House, slack: SlackService, send: Send) -> None:
    await send(command(""))
    (form,) = slack.views
    assert await send(submitted(form, {"text": BIG, "project": fresh(), "environment": "staging"})) == (
        200,
        None,
    )
    await tick(house)
    run, question = slack.messages["C1"]
    await send(click(buttons(question)["Deny"], "U_GRACE", question))
    assert (await tick(house)).states == {"denied": 1}
    assert ("*Denied*" in shown(question), "grace@example.com said no" in shown(question)) == (True, True)
    assert "Denied: run" in shown(run)
    assert await house.holdings() == NOTHING


async def test_a_question_that_nobody_answers_in_time_is_a_no_and_the_message_says_so(
    house: House, slack: SlackService, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(command(f"{BIG} --project {fresh()}"))
    await tick(house)
    run, question = slack.messages["C1"]
    now = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda clock: now(clock) + timedelta(hours=80))
    # By then other flows' questions have lapsed too, so this run is told by its own message and not by the tick's sums.
    await tick(house)
    assert "Denied: run" in shown(run)
    assert buttons(question) == {}
    assert "*Denied*: nobody answered by" in shown(question)


async def test_what_is_sent_again_is_one_run_and_a_denial_names_the_rule(
    house: House, slack: SlackService, send: Send
) -> None:
    async with open_store(house.told.database) as store:
        before = len(await store.list_runs(limit=1000))
        now, demand = SystemClock().now(), "Ev000001"
        sent = mention(FORBIDDEN, event=demand, at=now)
        assert [(await send(each))[0] for each in (sent, sent)] == [200, 409]
        for seconds in (1, 2):
            again = mention(FORBIDDEN, event=demand, at=now + timedelta(seconds=seconds))
            assert await send(again) == (200, None)
        assert len(await store.list_runs(limit=1000)) == before + 1
    assert (await tick(house)).states == {"denied": 1}
    (message,) = slack.messages["C1"]
    assert message["thread_ts"] == "1515449522.000016"
    assert ("Denied: run" in shown(message), "RESIDENCY" in shown(message)) == (True, True)
    assert await house.holdings() == NOTHING
