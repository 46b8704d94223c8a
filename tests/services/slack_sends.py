"""What Slack sends, written from its documentation, signed as it signs."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM, CHANNEL = "T0001", "C1"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Sent:
    """A delivery: its headers and its raw body."""

    headers: dict[str, str]
    body: bytes


def signed(body: bytes, kind: str = FORM, *, at: datetime | None = None, secret: str = SECRET) -> Sent:
    """As Slack signs it, now or at a time."""
    time = str(int((at or datetime.now(UTC)).timestamp()))
    mac = hmac.new(secret.encode(), f"v0:{time}:".encode() + body, hashlib.sha256).hexdigest()
    return Sent({"Content-Type": kind, "X-Slack-Request-Timestamp": time, "X-Slack-Signature": f"v0={mac}"}, body)


def command(text: str, user: str = "U_ADA", **how: Any) -> Sent:
    """`/tollgate TEXT`, typed in the channel."""
    fields = {
        "token": "gIkuvaNzQIHg97ATvDxqgjtO", "team_id": TEAM, "team_domain": "acme", "channel_id": CHANNEL,
        "channel_name": "cloud", "user_id": user, "user_name": user.lower(), "command": "/tollgate", "text": text,
        "api_app_id": "A123456", "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.com/commands/1234/5678",
        "trigger_id": f"13345224609.{secrets.token_hex(6)}",
    }  # fmt: skip
    return signed(urlencode(fields).encode(), **how)


def mention(text: str, user: str = "U_ADA", event: str = "", **how: Any) -> Sent:
    """`@Tollgate TEXT`."""
    body = {
        "token": "ZZZZZZWSxiZZZ2yIvs3peJ", "team_id": TEAM, "api_app_id": "A123456", "type": "event_callback",
        "event": {
            "type": "app_mention", "user": user, "text": f"<@U0LAN0Z89> {text}", "ts": "1515449522.000016",
            "channel": CHANNEL, "event_ts": "1515449522000016",
        },
        "event_id": event or f"Ev{secrets.token_hex(5)}", "event_time": 1515449522, "authed_users": ["U0LAN0Z89"],
    }  # fmt: skip
    return signed(json.dumps(body).encode(), "application/json", **how)


def click(element: dict[str, Any], user: str, message: dict[str, Any]) -> Sent:
    """A button of a message, pressed."""
    action = {
        "type": "button", "action_id": element["action_id"], "block_id": "b1", "text": element["text"],
        "value": element["value"], "action_ts": "1548426417.840180",
    }  # fmt: skip
    body = {
        "type": "block_actions", "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": TEAM}, "api_app_id": "A123456",
        "token": "Shh_its_a_seekrit", "trigger_id": f"12321423423.{secrets.token_hex(6)}",
        "container": {"type": "message", "message_ts": message["ts"], "channel_id": CHANNEL, "is_ephemeral": False},
        "channel": {"id": CHANNEL, "name": "cloud"}, "message": message,
        "response_url": "https://hooks.slack.com/actions/1234/5678", "actions": [action],
    }  # fmt: skip
    return signed(urlencode({"payload": json.dumps(body)}).encode())


def submitted(view: dict[str, Any], values: dict[str, str | None], user: str = "U_ADA") -> Sent:
    """Our form, filled in and sent."""
    environment = values.get("environment")
    state = {
        "text": {"text": {"type": "plain_text_input", "value": values["text"]}},
        "project": {"project": {"type": "plain_text_input", "value": values.get("project")}},
        "environment": {
            "environment": {
                "type": "static_select",
                "selected_option": environment
                and {"text": {"type": "plain_text", "text": environment}, "value": environment},
            }
        },
    }
    body = {
        "type": "view_submission", "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": user, "name": user.lower(), "team_id": TEAM}, "api_app_id": "A123456",
        "trigger_id": f"12321423423.{secrets.token_hex(6)}",
        "view": {**view, "id": f"V{secrets.token_hex(4)}", "hash": "156772938.1827394", "state": {"values": state}},
        "response_urls": [],
    }  # fmt: skip
    return signed(urlencode({"payload": json.dumps(body)}).encode())
