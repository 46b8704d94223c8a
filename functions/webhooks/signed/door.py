"""The generic door: JSON signed as Standard Webhooks says, each sender with a secret of its own."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from functions.webhooks.port import Answer, Call, Heard, Outcome, Posted, Start
from functions.webhooks.signature import REFUSED, insist, insist_on_time, sha256_base64
from functions.webhooks.words import understand
from workflow.model.errors import BadRequest
from workflow.model.principal import Channel

PREFIX = "whsec_"
STATUS = {"NOT_FOUND": 404, "FORBIDDEN": 403, "CONFLICT": 409, "BAD_REQUEST": 400}
KNOWN = {"sender", "text", "project", "environment"}


@dataclass(frozen=True)
class SignedDoor:
    """`secrets` are by sender, so that nobody with a secret of their own speaks for somebody else."""

    secrets: Mapping[str, bytes] = field(repr=False)
    name: ClassVar[str] = "signed"
    channel: ClassVar[Channel] = "api"
    window: ClassVar[timedelta] = timedelta(minutes=5)
    notes: ClassVar[bool] = False

    def verify(self, posted: Posted, now: datetime) -> str:
        """`id.time.body` is signed with the secret of the sender that the body names, afresh for every attempt."""
        name, time, given = (posted.headers.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
        try:
            sender = json.loads(posted.body)["sender"]
            secret = self.secrets[sender]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise REFUSED from None
        right = sha256_base64(secret, f"{name}.{time}.".encode() + posted.body)
        insist("v1," + right, *given.split(" "))
        insist_on_time(time, now, self.window)
        return f"{name}.{time}.{right}"

    def read(self, posted: Posted) -> Heard | Answer:
        """`{"sender", "text", "project", "environment"}`; the text is what would be typed after `/tollgate`."""
        body: Any = json.loads(posted.body)
        if unknown := sorted(set(body) - KNOWN):
            raise BadRequest(f"There is no field {', '.join(unknown)}.", f"Send {', '.join(sorted(KNOWN))}.")
        if not all(isinstance(value, str) for value in body.values()) or "text" not in body:
            raise BadRequest("The fields are texts, and `text` must be there.")
        ask = understand(body["text"])
        if isinstance(ask, Start):
            ask = Start(
                text=ask.text,
                project=ask.project or body.get("project", ""),
                environment=ask.environment or body.get("environment", ""),
            )
        delivery = posted.headers.get("webhook-id", "")
        if not delivery:
            raise BadRequest(
                "The header webhook-id is missing.", "Name the demand there; the same name is the same run."
            )
        sender = body["sender"]
        return Heard(ask=ask, sender=sender, delivery=f"{sender}:{delivery}", address={"sender": sender})

    def answer(self, heard: Heard, outcome: Outcome) -> Answer:
        """What came of it, whole."""
        status = STATUS.get(outcome.code, 400) if outcome.kind == "refused" else 200
        return Answer(status, outcome.model_dump(mode="json"))

    async def do(self, call: Call) -> None:
        """Nothing is called."""


def key_of(secret: str) -> bytes:
    """The bytes of a secret as Standard Webhooks writes it: `whsec_` and base64. Raises BadRequest."""
    try:
        found = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        found = b""
    if not secret.startswith(PREFIX) or len(found) < 24:
        raise BadRequest("A secret is no Standard Webhooks secret.", "Write whsec_ and 24 bytes or more in base64.")
    return found
