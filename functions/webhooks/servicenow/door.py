"""ServiceNow's door: what our business rule sends of comments that begin with `/tollgate`, and of approvals. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from functions.webhooks.port import Answer, Call, Heard, Outcome, Posted
from functions.webhooks.signature import insist, insist_on_time, sha256_base64
from functions.webhooks.words import understand
from workflow.model.errors import BadRequest
from workflow.model.principal import Channel

WORD = "/tollgate"
_TABLE, _ID = re.compile(r"^[a-z][a-z0-9_]{1,78}$"), re.compile(r"^[0-9a-f]{32}$")


@dataclass(frozen=True)
class ServiceNowDoor:
    """`secret` is shared with the business rule, which signs `time.body` afresh whenever it sends."""

    secret: str = field(repr=False)
    name: ClassVar[str] = "servicenow"
    channel: ClassVar[Channel] = "ticket"
    window: ClassVar[timedelta] = timedelta(minutes=5)
    notes: ClassVar[bool] = True

    def verify(self, posted: Posted, now: datetime) -> str:
        """ServiceNow signs nothing by itself; the rule does (`infra/servicenow`)."""
        time, given = (posted.headers.get(f"x-tollgate-{name}", "") for name in ("timestamp", "signature"))
        insist(sha256_base64(self.secret.encode(), time.encode() + b"." + posted.body), given)
        insist_on_time(time, now, self.window)
        return given

    def read(self, posted: Posted) -> Heard | Answer:
        """`{"delivery", "table", "sys_id", "user", "text"}`."""
        try:
            body: Any = json.loads(posted.body)
            text, table, record = body["text"].strip(), body["table"], body["sys_id"]
            if text.split()[:1] != [WORD]:
                return Answer()
            if not _TABLE.match(table) or not _ID.match(record):
                raise BadRequest("The table or the sys_id is none.")
            return Heard(
                ask=understand(text.removeprefix(WORD)),
                sender=body["user"],
                delivery=body["delivery"],
                address={"table": table, "record": record},
            )
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise BadRequest(f"This is nothing that the business rule sends ({type(error).__name__}).") from None

    def answer(self, heard: Heard, outcome: Outcome) -> Answer:
        """Kept in ServiceNow's log of outbound calls."""
        return Answer(body={"kind": outcome.kind, "text": outcome.text, "run": outcome.run})

    async def do(self, call: Call) -> None:
        """Nothing is called within the rule's patience."""
