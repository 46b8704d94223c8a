"""Slack's door: what is authentic, what is asked, and what is answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier

from functions.webhooks.port import Answer, Call, Heard, Help, Outcome, Posted, Say, Show, Start
from functions.webhooks.slack.client import Slack
from functions.webhooks.slack.door import SlackDoor
from functions.webhooks.slack.read import plain
from tests.services.slack_sends import SECRET, Sent, click, command, mention, signed, submitted
from workflow.model.errors import BadRequest, Unauthorized

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DOOR = SlackDoor(SECRET, Slack("xoxb"))
BUTTON = {
    "action_id": "tollgate_approve", "text": {"type": "plain_text", "text": "Approve"},
    "value": json.dumps({"approval": "a261129-0123456789abcdef", "subject": "0" * 64}),
}  # fmt: skip


def posted(sent: Sent, **headers: str) -> Posted:
    """As a runtime hands it on."""
    lowered = {name.lower(): value for name, value in sent.headers.items()}
    return Posted({**lowered, **headers}, sent.body)


def heard(sent: Sent) -> Heard:
    """What is asked."""
    found = DOOR.read(posted(sent))
    assert isinstance(found, Heard)
    return found


def believed(given: Posted, now: datetime = NOW) -> bool:
    """Whether the door takes it for Slack's."""
    try:
        return bool(DOOR.verify(given, now))
    except Unauthorized:
        return False


class _At(Clock):
    def now(self) -> float:
        """The same moment."""
        return NOW.timestamp()


@given(st.text(max_size=60), st.integers(-400, 400), st.sampled_from([SECRET, "other"]))
def test_what_is_believed_is_what_slacks_own_verifier_believes(body: str, off: int, secret: str) -> None:
    sent = signed(body.encode(), at=NOW + timedelta(seconds=off), secret=secret)
    headers: dict[str, Any] = dict(sent.headers)
    judge = SignatureVerifier(SECRET, _At())
    assert believed(posted(sent)) == judge.is_valid_request(sent.body, headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-slack-signature": ""}, {"x-slack-signature": "v0=é"}, {"x-slack-request-timestamp": ""},
        {"x-slack-request-timestamp": "1e9"}, {"x-slack-request-timestamp": "9" * 40}, {"x-slack-signature": "v1=00"},
    ],
)  # fmt: skip
def test_a_strange_header_is_refused(headers: dict[str, str]) -> None:
    assert not believed(posted(signed(b"x", at=NOW), **headers))


def test_a_changed_body_and_an_old_one_are_refused() -> None:
    sent = signed(b"text=small", at=NOW)
    assert believed(posted(sent))
    assert believed(posted(signed(b"\xff", at=NOW)))
    assert not believed(Posted(posted(sent).headers, b"text=large"))
    assert not believed(posted(sent), NOW + timedelta(minutes=5, seconds=1))
    assert not believed(posted(sent), NOW - timedelta(minutes=5, seconds=1))


def test_a_command_a_mention_and_a_button_are_read() -> None:
    typed = heard(command("a bucket &lt;10 GB&gt; for <https://acme.example|acme.example>"))
    assert (typed.ask, typed.sender, typed.address) == (
        Start(text="a bucket <10 GB> for acme.example"), "T0001/U_ADA", {"channel": "C1"}
    )  # fmt: skip
    said = heard(mention("a bucket", event="Ev1"))
    assert (said.ask, said.delivery, said.address["thread"]) == (Start(text="a bucket"), "Ev1", "1515449522.000016")
    pressed = heard(click(BUTTON, "U_GRACE", {"ts": "1.1"}))
    assert (pressed.ask, pressed.sender) == (
        Say(approval="a261129-0123456789abcdef", subject="0" * 64, approved=True), "T0001/U_GRACE"
    )  # fmt: skip


def test_nothing_typed_opens_the_form_and_the_form_is_a_request() -> None:
    empty = heard(command(""))
    assert empty.ask == Show(what="form")
    (call,) = DOOR.answer(empty, Outcome(kind="shown", text="")).calls
    assert call.method == "views.open"
    view = json.loads(call.fields["view"])
    assert [block["block_id"] for block in view["blocks"]] == ["text", "project", "environment"]
    filled = heard(submitted(view, {"text": "a bucket", "project": None, "environment": "production"}))
    assert (filled.ask, filled.address) == (Start(text="a bucket", environment="production"), {"channel": "C1"})
    refused = DOOR.answer(filled, Outcome(kind="refused", text="No.", code="BAD_REQUEST"))
    assert refused.body == {"response_action": "errors", "errors": {"text": "No."}}


def test_slacks_question_whether_we_are_there_is_answered_and_other_events_are_nothing() -> None:
    asked = signed(b'{"type": "url_verification", "challenge": "3eZbrw1"}', "application/json")
    assert DOOR.read(posted(asked)) == Answer(body={"challenge": "3eZbrw1"})
    other = signed(b'{"type": "event_callback", "event": {"type": "reaction_added"}}', "application/json")
    assert DOOR.read(posted(other)) == Answer()
    assert DOOR.read(posted(click({**BUTTON, "action_id": "other"}, "U", {"ts": "1"}))) == Answer()


def test_what_concerns_the_sender_alone_is_said_to_the_sender_alone() -> None:
    refused = Outcome(kind="refused", text="You may not.", code="FORBIDDEN")
    assert DOOR.answer(heard(command("x y")), refused).body == {"response_type": "ephemeral", "text": "You may not."}
    private = Call("chat.postEphemeral", {"channel": "C1", "user": "U_EVE", "text": "You may not."})
    assert DOOR.answer(heard(click(BUTTON, "U_EVE", {"ts": "1"})), refused).calls == [private]
    assert DOOR.answer(heard(click(BUTTON, "U_EVE", {"ts": "1"})), Outcome(kind="said", text="x")) == Answer()
    assert isinstance(heard(mention("help")).ask, Help)


@pytest.mark.parametrize("body", [b"", b"payload=x", b"payload=%7B%7D", b"text=x", b"payload=[]", b"\xff"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json"])
def test_what_slack_would_not_send_is_a_bad_request(body: bytes, kind: str) -> None:
    with pytest.raises(BadRequest):
        DOOR.read(posted(signed(body, kind)))


def test_slacks_markup_is_read_as_it_was_typed() -> None:
    assert plain("a &amp;lt; b <mailto:a@b.c|a@b.c> <https://x.y>") == "a &lt; b a@b.c <https://x.y>"
