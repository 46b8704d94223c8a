"""GitHub's door: comments that begin with `/tollgate`, and the buttons of our check runs. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from functions.webhooks.port import Answer, Call, Heard, Outcome, Posted, Say
from functions.webhooks.signature import REFUSED, insist, insist_lately, sha256_hex
from functions.webhooks.words import understand
from workflow.model.errors import BadRequest
from workflow.model.principal import Channel

WORD = "/tollgate"
WRONG = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


@dataclass(frozen=True)
class GitHubDoor:
    """`secret` is the webhook's. GitHub repeats a delivery to the byte, so its time is the comment's own."""

    secret: str = field(repr=False)
    name: ClassVar[str] = "github"
    channel: ClassVar[Channel] = "ticket"
    window: ClassVar[timedelta] = timedelta(minutes=30)
    notes: ClassVar[bool] = True

    def verify(self, posted: Posted, now: datetime) -> str:
        """The body is signed, and nothing else: no header but the signature is believed."""
        insist("sha256=" + sha256_hex(self.secret, posted.body), posted.headers.get("x-hub-signature-256", ""))
        try:
            body = json.loads(posted.body)
            at = body["comment"]["created_at"] if "comment" in body else ""
            written = datetime.fromisoformat(at.replace("Z", "+00:00")) if at else now
            insist_lately(written, now, self.window)
        except WRONG:
            raise REFUSED from None
        return ""

    def read(self, posted: Posted) -> Heard | Answer:
        """By what is in it; other events are nothing."""
        try:
            body = json.loads(posted.body)
            if "comment" in body and "issue" in body:
                return _comment(body)
            return _pressed(body) if "requested_action" in body else Answer()
        except WRONG as error:
            raise BadRequest(f"This is nothing that GitHub sends ({type(error).__name__}).") from None

    def answer(self, heard: Heard, outcome: Outcome) -> Answer:
        """Kept in the list of deliveries, where only who set the webhook up looks."""
        return Answer(body={"kind": outcome.kind, "text": outcome.text, "run": outcome.run})

    async def do(self, call: Call) -> None:
        """Nothing is called within GitHub's patience."""


def _comment(body: Any) -> Heard | Answer:
    comment, issue, repository = body["comment"], body["issue"], body["repository"]["full_name"]
    text = comment["body"].strip()
    # What an app writes is never obeyed: our own comments show commands.
    said = text.split(maxsplit=1)[:1] == [WORD]
    if body["action"] != "created" or not said or comment["user"]["type"] == "Bot":
        return Answer()
    return Heard(
        ask=understand(text.removeprefix(WORD)),
        sender=str(comment["user"]["id"]),
        delivery=f"{repository}:{comment['id']}",
        address={
            **_place(body),
            "number": issue["number"],
            "pull": "pull_request" in issue,
            "since": comment["created_at"],
        },
    )


def _pressed(body: Any) -> Heard | Answer:
    check, pressed = body["check_run"], body["requested_action"]["identifier"]
    word, _, subject = pressed.partition(":")
    _, _, approval = check["external_id"].partition("/")
    if body["action"] != "requested_action" or word not in ("approve", "deny") or not approval:
        return Answer()
    sender, pulls = str(body["sender"]["id"]), check["pull_requests"]
    where = {"number": pulls[0]["number"], "pull": True, "since": check["started_at"]} if pulls else {}
    return Heard(
        ask=Say(approval=approval, subject=subject, approved=word == "approve"),
        sender=sender,
        delivery=f"{body['repository']['full_name']}:check:{check['id']}:{pressed}:{sender}",
        address={**_place(body), **where},
    )


def _place(body: Any) -> dict[str, Any]:
    installation = body.get("installation") or {}
    return {"repository": body["repository"]["full_name"], "installation": installation.get("id", 0)}
