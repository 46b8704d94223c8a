"""Jira's door: comments that begin with `/tollgate`. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from functions.webhooks.port import Answer, Call, Heard, Outcome, Posted
from functions.webhooks.signature import REFUSED, insist, insist_lately, sha256_hex
from functions.webhooks.words import understand
from workflow.model.errors import BadRequest
from workflow.model.principal import Channel

WORD = "/tollgate"
WRONG = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError, RecursionError)


@dataclass(frozen=True)
class JiraDoor:
    """`secret` is the webhook's. Jira repeats a delivery to the byte, and its time is in the signed body."""

    secret: str = field(repr=False)
    name: ClassVar[str] = "jira"
    channel: ClassVar[Channel] = "ticket"
    window: ClassVar[timedelta] = timedelta(minutes=30)
    notes: ClassVar[bool] = True

    def verify(self, posted: Posted, now: datetime) -> str:
        """The body is signed, and nothing else."""
        insist("sha256=" + sha256_hex(self.secret, posted.body), posted.headers.get("x-hub-signature", ""))
        try:
            at = datetime.fromtimestamp(json.loads(posted.body)["timestamp"] / 1000, UTC)
        except WRONG:
            raise REFUSED from None
        insist_lately(at, now, self.window)
        return ""

    def read(self, posted: Posted) -> Heard | Answer:
        """A new comment that begins with the word; everything else is nothing."""
        try:
            body = json.loads(posted.body)
            if body["webhookEvent"] != "comment_created" or body["comment"]["body"].split()[:1] != [WORD]:
                return Answer()
            comment, key = body["comment"], body["issue"]["key"]
            return Heard(
                ask=understand(comment["body"].strip().removeprefix(WORD)),
                sender=comment["author"]["accountId"],
                delivery=f"{key}:{comment['id']}",
                address={"issue": key},
            )
        except WRONG as error:
            raise BadRequest(f"This is nothing that Jira sends ({type(error).__name__}).") from None

    def answer(self, heard: Heard, outcome: Outcome) -> Answer:
        """Seen by nobody."""
        return Answer(body={"kind": outcome.kind, "text": outcome.text, "run": outcome.run})

    async def do(self, call: Call) -> None:
        """Nothing is called within Jira's patience."""
