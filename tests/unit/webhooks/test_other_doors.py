"""Google Chat, GitHub, Jira and ServiceNow: what is authentic there, what is asked, and what is nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.webhooks.chat.bearer import GoogleBearer
from functions.webhooks.chat.door import ChatDoor
from functions.webhooks.github.door import GitHubDoor
from functions.webhooks.jira.door import JiraDoor
from functions.webhooks.port import Answer, Door, Heard, Outcome, Posted, Say, Start
from functions.webhooks.servicenow.door import ServiceNowDoor
from tests.services import chat, github, jira, servicenow
from tests.services.server import served
from tests.services.slack_sends import Sent
from workflow.model.errors import BadRequest, Unauthorized

HUB, TRACKER, DESK = GitHubDoor(github.SECRET), JiraDoor(jira.SECRET), ServiceNowDoor(servicenow.SECRET)
SENDS: dict[str, tuple[Door, Callable[..., Sent], str]] = {
    "github": (HUB, github.comment, "ada"),
    "jira": (TRACKER, jira.comment, "5b10ada"),
    "servicenow": (DESK, servicenow.comment, "ada.lovelace"),
}
APPROVAL, SUBJECT = "a261129-0123456789abcdef", "0123456789ab"


def posted(sent: Sent, **headers: str) -> Posted:
    """As a runtime hands it on."""
    return Posted({**{name.lower(): value for name, value in sent.headers.items()}, **headers}, sent.body)


def believed(door: Door, given: Posted) -> bool:
    """Whether the door takes it for the service's own."""
    try:
        door.verify(given, datetime.now(UTC))
    except Unauthorized:
        return False
    return True


@pytest.mark.parametrize("name", SENDS)
def test_what_the_service_signed_lately_is_believed_and_nothing_else(name: str) -> None:
    door, write, who = SENDS[name]
    sent, now = write("/tollgate a bucket", who), datetime.now(UTC)
    assert believed(door, posted(sent))
    old, early = (
        write("/tollgate a bucket", who, at=now + by * (door.window + timedelta(minutes=1))) for by in (-1, 1)
    )
    assert not believed(door, posted(old))
    assert not believed(door, posted(early))
    assert not believed(door, Posted(posted(sent).headers, sent.body.replace(b"a bucket", b"2 buckets")))
    assert not believed(door, Posted({}, sent.body))
    for header in ("x-hub-signature", "x-hub-signature-256", "x-tollgate-signature"):
        assert not believed(door, posted(sent, **{header: "é"})) or header not in posted(sent).headers
    assert not believed(door, Posted(posted(sent).headers, b"[]"))


@pytest.mark.parametrize("name", SENDS)
def test_a_comment_is_a_request_under_the_services_own_name_for_it(name: str) -> None:
    door, write, who = SENDS[name]
    first, again, other = (door.read(posted(write("/tollgate a bucket", who, n))) for n in (1, 1, 2))
    assert isinstance(first, Heard)
    assert first.ask == Start(text="a bucket")
    assert isinstance(again, Heard)
    assert isinstance(other, Heard)
    assert (again.delivery == first.delivery, other.delivery == first.delivery) == (True, False)
    for text in ("a bucket", "see /tollgate", "/tollgates", ""):
        assert door.read(posted(write(text, who))) == Answer()


def test_github_people_are_their_number_and_apps_are_not_heard() -> None:
    heard = HUB.read(posted(github.comment("/tollgate a bucket", "ada")))
    assert isinstance(heard, Heard)
    assert (heard.sender, heard.address["pull"], heard.address["number"]) == ("101", True, 7)
    assert HUB.read(posted(github.comment("/tollgate a bucket", "tollgate[bot]"))) == Answer()
    edited = json.loads(github.comment("/tollgate a bucket", "ada").body) | {"action": "edited"}
    assert HUB.read(posted(github.signed(edited, "issue_comment"))) == Answer()
    assert HUB.read(posted(github.signed({"zen": "Keep it logically awesome."}, "ping"))) == Answer()


def test_a_button_of_a_check_is_a_word_on_the_digest_that_it_carries() -> None:
    check = {"id": 5, "external_id": f"mark/{APPROVAL}", "started_at": "2026-11-20T12:00:00Z"}
    heard = HUB.read(posted(github.pressed(check, f"deny:{SUBJECT}", "grace")))
    assert isinstance(heard, Heard)
    assert heard.ask == Say(approval=APPROVAL, subject=SUBJECT, approved=False)
    assert heard.sender == "102"
    assert HUB.read(posted(github.pressed({**check, "external_id": "mark/"}, f"deny:{SUBJECT}", "grace"))) == Answer()


@pytest.mark.parametrize("door", [HUB, TRACKER, DESK], ids=["github", "jira", "servicenow"])
@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"comment": 1, "issue": 2}', b"\xff", b'{"text": 1}'])
def test_what_the_service_would_not_send_is_never_a_demand(door: Door, body: bytes) -> None:
    try:
        found = door.read(Posted({}, body))
    except BadRequest as refused:
        assert "This is nothing that" in refused.message  # noqa: PT017
    else:
        assert (found, door) == (Answer(), HUB)


@pytest.fixture(scope="module")
def space() -> Iterator[ChatDoor]:
    """With Google's keys on an address of ours."""
    with served(chat.ChatService().app()) as address:
        yield ChatDoor(GoogleBearer(chat.AUDIENCE, f"{address}/certs"))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://other.example"}, {"iss": "https://evil.example"}, {"email": "eve@example.com"},
        {"email_verified": False}, {"exp": int(time.time()) - 600}, {"iat": int(time.time()) + 600},
    ],
)  # fmt: skip
def test_a_token_that_is_not_google_chats_for_us_is_refused(space: ChatDoor, changes: dict[str, Any]) -> None:
    assert believed(space, posted(chat.message("a bucket", "users/1")))
    assert not believed(space, posted(chat.message("a bucket", "users/1", token=chat.bearer(**changes))))


def test_an_old_event_a_strange_token_and_no_token_are_refused(space: ChatDoor) -> None:
    sent = chat.message("a bucket", "users/1", at=datetime.now(UTC) - timedelta(minutes=6))
    assert not believed(space, posted(sent))
    for value in ("", "Bearer", "Bearer x.y.z", "Basic abc", "Bearer " + chat.bearer()[:-6] + "AAAAAA"):
        assert not believed(space, posted(chat.message("a bucket", "users/1"), authorization=value))


def test_a_message_to_us_is_a_request_and_a_refusal_is_private(space: ChatDoor) -> None:
    heard = space.read(posted(chat.message("a bucket", "users/1")))
    assert isinstance(heard, Heard)
    assert (heard.ask, heard.sender) == (Start(text="a bucket"), "users/1")
    refused = space.answer(heard, Outcome(kind="refused", text="You may not."))
    assert refused.body == {"text": "You may not.", "privateMessageViewer": {"name": "users/1"}}
    assert space.read(posted(chat.sent({"type": "ADDED_TO_SPACE"}))) == Answer(body={})
