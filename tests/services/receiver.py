"""Somebody who takes what the generic door posts, as Standard Webhooks asks; and what they send to it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.services.slack_sends import Sent

SECRETS = {"ada": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "grace": "whsec_plJ3nmyCDGBKInavdOK15jsl16SpS3HWlOR2p7m1"}
"""Each sender's own; `eve` is unknown, and has one too."""
EVE = {"eve": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDaaaaaaaa"}


@dataclass
class Receiver:
    """What came, by its id: the same twice is one."""

    messages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def app(self) -> Starlette:
        """Believes what Standard Webhooks' own library believes."""
        return Starlette(routes=[Route("/told", self._told, methods=["POST"])])

    async def _told(self, request: Request) -> Response:
        body = await request.body()
        Webhook(SECRETS["ada"]).verify(body, dict(request.headers))
        self.messages[request.headers["webhook-id"]] = json.loads(body)
        return Response(status_code=204)


def posted(text: str, sender: str, number: int = 1, *, at: datetime | None = None, **more: Any) -> Sent:
    """As the library signs it."""
    when = at or datetime.now(UTC)
    body = json.dumps({"sender": sender, "text": text, **more})
    signature = Webhook({**SECRETS, **EVE}[sender]).sign(f"msg_{number}", when, body)
    headers = {
        "Content-Type": "application/json", "Webhook-Id": f"msg_{number}", "Webhook-Signature": signature,
        "Webhook-Timestamp": str(int(when.timestamp())),
    }  # fmt: skip
    return Sent(headers, body.encode())
