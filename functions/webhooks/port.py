"""What a door is: it tells whether what came is authentic, what is asked, and says what came of it. All of it pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from pydantic import Field

from workflow.model.base import Json, Noun
from workflow.model.principal import Channel

MAX_BODY = 1_000_000
"""Bytes. A comment of the longest kind takes about a quarter of it."""


class Start(Noun):
    """Words that are to become a run. Empty project or environment: the person's usual ones."""

    text: str
    project: str = ""
    environment: str = ""


class Say(Noun):
    """A yes or no to the approval, as far as it is about `subject`: the digest, or its first 12 digits or more."""

    approval: str
    subject: str
    approved: bool
    reason: str = ""


class Cancel(Noun):
    """That a run end."""

    run: str
    reason: str = ""


class Look(Noun):
    """How a run is doing; `follow` to be told from now on as well."""

    run: str
    follow: bool = False


class Reply(Noun):
    """The answer to the question that a run ended with."""

    run: str
    text: str


class Help(Noun):
    """What can be said here. `why`: what was not understood; empty where nothing was said."""

    why: str = ""


class Show(Noun):
    """Something for this one person to look at: the form for a request, or all details of an approval."""

    what: Literal["form", "details"]
    approval: str = ""


Ask = Start | Say | Cancel | Look | Reply | Help | Show


class Heard(Noun):
    """What is asked, by whom (the service's own id), where the answers go, and the sender's name for this delivery,
    which is the same when it is sent again. `aside` is for the door itself."""

    ask: Ask
    sender: str = Field(min_length=1)
    delivery: str = Field(min_length=1)
    address: Json
    aside: Json = Field(default_factory=dict)


class Outcome(Noun):
    """What came of it, in words. `code` is an error's code, empty where it went well."""

    kind: Literal["started", "said", "cancelled", "seen", "helped", "shown", "refused"]
    text: str
    code: str = ""
    run: str = ""
    approval: str = ""
    body: Json = Field(default_factory=dict)


@dataclass(frozen=True)
class Posted:
    """What came: header names in small letters, and the raw body."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Call:
    """A call to the service that belongs to the answer: its method by name, and what goes along."""

    method: str
    fields: Json


@dataclass(frozen=True)
class Answer:
    """What is sent back. `calls` are made before, within the sender's patience."""

    status: int = 200
    body: Json | None = None
    calls: Sequence[Call] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The body as bytes; nothing for None."""
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


class Door(Protocol):
    """One service's way in."""

    name: str
    channel: Channel
    window: timedelta
    """How far the sender's time may be from ours, either way."""
    notes: bool
    """Whether words for the sender go out as a message, because the answer is seen by nobody."""

    def verify(self, posted: Posted, now: datetime) -> str:
        """Raises Unauthorized unless the service itself sent this, lately.

        What makes these signed bytes unlike all others; empty where the sender repeats itself to the byte, and its name
        for the delivery must do.
        """

    def read(self, posted: Posted) -> Heard | Answer:
        """What is asked, or the answer where nothing is. Raises BadRequest for what the service would not send."""

    def answer(self, heard: Heard, outcome: Outcome) -> Answer:
        """What to say."""

    async def do(self, call: Call) -> None:
        """Make a call of an answer. Raises TollgateError."""
