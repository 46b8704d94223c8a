"""What Slack sends, as what is asked: slash commands, mentions, buttons and forms. Pure."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs

from functions.webhooks.port import Answer, Ask, Heard, Help, Posted, Say, Show, Start
from functions.webhooks.words import understand
from workflow.model.base import Json
from workflow.model.errors import BadRequest

APPROVE, DENY, DETAILS, FORM = "tollgate_approve", "tollgate_deny", "tollgate_details", "tollgate_form"
"""Names of our buttons and of our form."""
_MENTION = re.compile(r"<@[A-Z0-9]+(\|[^>]*)?>")
_LINK = re.compile(r"<(?:mailto:|https?://)[^|>]*\|([^>]*)>")


def read(posted: Posted) -> Heard | Answer:
    """By what it is. Raises BadRequest for what Slack would not send."""
    try:
        if posted.headers.get("content-type", "").startswith("application/json"):
            return _event(json.loads(posted.body))
        fields = {name: values[0] for name, values in parse_qs(posted.body.decode(), max_num_fields=64).items()}
        return _interaction(json.loads(fields["payload"])) if "payload" in fields else _command(fields)
    except (KeyError, IndexError, TypeError, ValueError, RecursionError) as error:
        raise BadRequest(f"This is nothing that Slack sends ({type(error).__name__}).") from None


def _command(fields: dict[str, str]) -> Heard:
    ask = understand(plain(fields.get("text", "")))
    if isinstance(ask, Help) and not fields.get("text", "").strip():
        ask = Show(what="form")
    return Heard(
        ask=ask,
        sender=_who(fields["team_id"], fields["user_id"]),
        delivery=fields["trigger_id"],
        address={"channel": fields["channel_id"]},
        aside={"by": "command", "trigger": fields["trigger_id"], "user": fields["user_id"]},
    )


def _event(body: Any) -> Heard | Answer:
    if body["type"] == "url_verification":
        return Answer(body={"challenge": str(body["challenge"])})
    event = body["event"]
    if body["type"] != "event_callback" or event["type"] != "app_mention" or event.get("bot_id"):
        return Answer()
    thread = event.get("thread_ts") or event["ts"]
    return Heard(
        ask=understand(plain(_MENTION.sub("", event["text"]))),
        sender=_who(body["team_id"], event["user"]),
        delivery=body["event_id"],
        address={"channel": event["channel"], "thread": thread},
        aside={"by": "mention", "user": event["user"]},
    )


def _interaction(body: Any) -> Heard | Answer:
    if body["type"] == "view_submission" and body["view"]["callback_id"] == FORM:
        return _form(body)
    if body["type"] != "block_actions":
        return Answer()
    action = body["actions"][0]
    ask = _pressed(action)
    if ask is None:
        return Answer()
    channel = body["channel"]["id"] if "channel" in body else body["container"]["channel_id"]
    user = body["user"]
    return Heard(
        ask=ask,
        sender=_who(user.get("team_id") or body["team"]["id"], user["id"]),
        delivery=f"{body['trigger_id']}:{action['action_id']}",
        address={"channel": channel, "thread": body.get("container", {}).get("thread_ts", "")},
        aside={"by": "button", "trigger": body["trigger_id"], "user": user["id"]},
    )


def _pressed(action: Json) -> Ask | None:
    name = action["action_id"]
    if name not in (APPROVE, DENY, DETAILS):
        return None
    bound = json.loads(action["value"])
    if name == DETAILS:
        return Show(what="details", approval=str(bound["approval"]))
    return Say(approval=str(bound["approval"]), subject=str(bound["subject"]), approved=name == APPROVE)


def _form(body: Any) -> Heard:
    view, user = body["view"], body["user"]
    values = {name: inner for block in view["state"]["values"].values() for name, inner in block.items()}
    environment = (values["environment"].get("selected_option") or {}).get("value", "")
    start = Start(
        text=values["text"]["value"] or "", project=values["project"]["value"] or "", environment=environment or ""
    )
    address = {"channel": json.loads(view["private_metadata"])["channel"]}
    return Heard(
        ask=start,
        sender=_who(user.get("team_id") or body["team"]["id"], user["id"]),
        delivery=f"view:{view['id']}",
        address=address,
        aside={"by": "form", "user": user["id"]},
    )


def _who(team: str, user: str) -> str:
    return f"{team}/{user}"


def plain(text: str) -> str:
    """Slack's text as it was typed: links as they are shown, and `&lt;`, `&gt;`, `&amp;` as characters."""
    text = _LINK.sub(r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
