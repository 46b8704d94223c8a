"""Our Slack judged by Slack's own SDK, and our way out against it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from functions.webhooks.slack.client import Slack
from functions.webhooks.slack.post import SlackPost
from tests.services.server import served
from tests.services.slack import TOKEN, SlackService
from workflow.answers.post import Part
from workflow.model.errors import CloudDown, OutcomeUnknown, Rejected, Throttled

PART = Part(name="run", payload={"text": "Under way", "blocks": [{"type": "divider"}]})
THREAD = {"channel": "C1", "thread": "1.1"}


@pytest.fixture
def service() -> SlackService:
    """A workspace."""
    return SlackService()


@pytest.fixture
def api(service: SlackService) -> Iterator[str]:
    """Where its Web API is."""
    with served(service.app()) as address:
        yield f"{address}/api/"


def test_slacks_sdk_takes_it_for_slack(service: SlackService, api: str) -> None:
    client = WebClient(TOKEN, base_url=api)
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}]
    posted = client.chat_postMessage(
        channel="C1", text="Hello", blocks=blocks, metadata={"event_type": "x", "event_payload": {"mark": "m"}}
    )
    client.chat_update(channel="C1", ts=posted["ts"], text="Bye", blocks=blocks)
    (message,) = client.conversations_history(channel="C1", limit=5)["messages"]
    assert (message["text"], "metadata" in message) == ("Bye", False)
    client.chat_postEphemeral(channel="C1", user="U1", text="Psst")
    client.views_open(
        trigger_id="t", view={"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}
    )
    assert (len(service.private), len(service.views)) == (1, 1)
    for wrong in ({"channel": "C9", "text": "x"}, {"channel": "C1", "text": "x", "blocks": blocks * 51}):
        with pytest.raises(SlackApiError, match=r"channel_not_found|invalid_blocks"):
            client.chat_postMessage(**wrong)
    with pytest.raises(SlackApiError, match="invalid_auth"):
        WebClient("other", base_url=api).chat_postMessage(channel="C1", text="x")


@pytest.mark.parametrize("address", [{"channel": "C1"}, THREAD])
async def test_a_message_that_may_have_arrived_is_found_by_its_mark(
    service: SlackService, api: str, address: dict[str, str]
) -> None:
    post, service.lost_answers = SlackPost(Slack(TOKEN, api)), 1
    with pytest.raises(CloudDown):
        await post.send(address, PART, "mark-1", "")
    assert await post.find(address, PART, "mark-2") == ""
    ref = await post.find(address, PART, "mark-1")
    assert await post.send(address, PART, "mark-1", ref) == ref
    assert len(service.messages["C1"]) == 1


async def test_slacks_refusals_are_ours(service: SlackService, api: str) -> None:
    post = SlackPost(Slack(TOKEN, api))
    service.mishaps = [(429, "ratelimited", "30"), (503, "service_unavailable", ""), (200, "ratelimited", "7")]
    with pytest.raises(Throttled) as slow:
        await post.send(THREAD, PART, "m", "")
    assert slow.value.retry_after == 30
    with pytest.raises(CloudDown):
        await post.send(THREAD, PART, "m", "")
    with pytest.raises(Throttled):
        await post.send(THREAD, PART, "m", "")
    with pytest.raises(Rejected, match="channel_not_found"):
        await post.send({"channel": "C9"}, PART, "m", "")
    with pytest.raises(OutcomeUnknown) as away:
        await SlackPost(Slack(TOKEN, "http://127.0.0.1:9/api/")).send(THREAD, PART, "m", "")
    assert TOKEN not in away.value.message
