"""Slack's door: what it sends is verified, read, and answered within its three seconds. Pure but for `do`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from functions.webhooks.port import Answer, Call, Heard, Outcome, Posted, Show
from functions.webhooks.signature import insist, insist_on_time, sha256_hex
from functions.webhooks.slack import views
from functions.webhooks.slack.client import Slack
from functions.webhooks.slack.read import read
from workflow.model.principal import Channel


@dataclass(frozen=True)
class SlackDoor:
    """`secret` is the app's signing secret."""

    secret: str = field(repr=False)
    slack: Slack
    name: ClassVar[str] = "slack"
    channel: ClassVar[Channel] = "chat"
    window: ClassVar[timedelta] = timedelta(minutes=5)
    notes: ClassVar[bool] = False

    def verify(self, posted: Posted, now: datetime) -> str:
        """Slack signs `v0:time:body` afresh whenever it sends, a repeated delivery too."""
        time, given = (posted.headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
        insist("v0=" + sha256_hex(self.secret, b"v0:" + time.encode() + b":" + posted.body), given)
        insist_on_time(time, now, self.window)
        return given

    def read(self, posted: Posted) -> Heard | Answer:
        """A slash command, a mention, a button, a form, or Slack's own question whether we are there."""
        return read(posted)

    def answer(self, heard: Heard, outcome: Outcome) -> Answer:
        """Whatever only concerns the sender is shown to the sender alone."""
        if isinstance(heard.ask, Show) and outcome.kind == "shown":
            return _shown(heard, heard.ask, outcome)
        by = heard.aside["by"]
        if by == "command":
            return Answer(body={"response_type": "ephemeral", "text": outcome.text})
        if by == "form" and outcome.kind == "refused":
            return Answer(body={"response_action": "errors", "errors": {"text": outcome.text[:150]}})
        if outcome.kind in ("started", "said"):
            # The run's own message, and the question's, tell of it.
            return Answer()
        return Answer(calls=[_privately(heard, outcome.text)])

    async def do(self, call: Call) -> None:
        """A call of Slack's Web API."""
        await self.slack.call(call.method, call.fields)


def _shown(heard: Heard, show: Show, outcome: Outcome) -> Answer:
    view = views.form(heard.address) if show.what == "form" else views.details(outcome.body["asked"])
    return Answer(calls=[Call("views.open", {"trigger_id": heard.aside["trigger"], "view": json.dumps(view)})])


def _privately(heard: Heard, text: str) -> Call:
    fields = {"channel": heard.address["channel"], "user": heard.aside["user"], "text": text}
    thread = heard.address.get("thread")
    return Call("chat.postEphemeral", fields | ({"thread_ts": thread} if thread else {}))
