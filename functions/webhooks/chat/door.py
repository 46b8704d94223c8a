"""Google Chat's door: slash commands, mentions and buttons. Pure, but for Google's keys, read once an hour."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

from functions.webhooks.port import Answer, Ask, Call, Heard, Outcome, Posted, Say
from functions.webhooks.signature import REFUSED, insist_lately
from functions.webhooks.words import understand
from workflow.model.errors import BadRequest
from workflow.model.principal import Channel

APPROVE, DENY = "tollgate_approve", "tollgate_deny"
WRONG = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


class Bearer(Protocol):
    """Whether a token is Google Chat's, for us."""

    def insist(self, token: str, now: datetime) -> None:
        """Raise Unauthorized unless it is."""


@dataclass(frozen=True)
class ChatDoor:
    """Google signs who sends and for whom, and not the body: that is the connection's TLS."""

    bearer: Bearer = field(repr=False)
    name: ClassVar[str] = "chat"
    channel: ClassVar[Channel] = "chat"
    window: ClassVar[timedelta] = timedelta(minutes=5)
    notes: ClassVar[bool] = False

    def verify(self, posted: Posted, now: datetime) -> str:
        """The bearer token, and the event's own time. One event is believed once."""
        kind, _, token = posted.headers.get("authorization", "").partition(" ")
        if kind != "Bearer":
            raise REFUSED
        self.bearer.insist(token, now)
        try:
            event = json.loads(posted.body)
            insist_lately(datetime.fromisoformat(event["eventTime"].replace("Z", "+00:00")), now, self.window)
        except WRONG:
            raise REFUSED from None
        return ""

    def read(self, posted: Posted) -> Heard | Answer:
        """A message to us, or a button; that we were added or removed is nothing."""
        try:
            return _heard(json.loads(posted.body))
        except WRONG as error:
            raise BadRequest(f"This is nothing that Google Chat sends ({type(error).__name__}).") from None

    def answer(self, heard: Heard, outcome: Outcome) -> Answer:
        """To the sender alone. What the run's own message tells is not said twice."""
        if heard.aside["by"] == "button" and outcome.kind == "said":
            return Answer(body={})
        return Answer(body={"text": outcome.text, "privateMessageViewer": {"name": heard.sender}})

    async def do(self, call: Call) -> None:
        """Nothing is called."""


def _heard(event: Any) -> Heard | Answer:
    if event["type"] not in ("MESSAGE", "CARD_CLICKED"):
        return Answer(body={})
    pressed = event["type"] == "CARD_CLICKED"
    ask = _pressed(event["action"]) if pressed else understand(_text(event["message"]))
    if ask is None:
        return Answer(body={})
    message, sender = event["message"], event["user"]["name"]
    thread = (message.get("thread") or {}).get("name", "")
    return Heard(
        ask=ask,
        sender=sender,
        delivery=f"{message['name']}:{event['eventTime']}:{sender}" if pressed else message["name"],
        address={"space": event["space"]["name"], "thread": thread},
        aside={"by": "button" if pressed else "message"},
    )


def _text(message: Any) -> str:
    """What follows the mention, or the command."""
    text = str(message.get("argumentText") or message["text"]).strip()
    return text.removeprefix("/tollgate").strip()


def _pressed(action: Any) -> Ask | None:
    name = action["actionMethodName"]
    if name not in (APPROVE, DENY):
        return None
    given = {each["key"]: each["value"] for each in action["parameters"]}
    return Say(approval=given["approval"], subject=given["subject"], approved=name == APPROVE)
