"""Slack's modal windows: the form for a request, and all details of an approval. Pure."""

from __future__ import annotations

import json
from typing import Any

from functions.webhooks.slack.blocks import escape, fields_block, section
from functions.webhooks.slack.read import FORM
from workflow.model.approval import Asked
from workflow.model.base import Json
from workflow.model.money import usd

MOST_BLOCKS = 100
"""What a modal may have."""


def form(address: Json) -> Json:
    """Asks for the words, and whose budget and which environment they are for."""
    environments = [_option(name) for name in ("development", "staging", "production")]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": _text("Ask for cloud work"),
        "submit": _text("Ask"),
        "close": _text("Never mind"),
        "private_metadata": json.dumps({"channel": address["channel"]}),
        "blocks": [
            _input("text", "What do you need?", {"type": "plain_text_input", "multiline": True, "max_length": 3000}),
            _input("project", "Project", {"type": "plain_text_input", "max_length": 63}, optional=True),
            _input("environment", "Environment", {"type": "static_select", "options": environments}, optional=True),
        ],
    }


def details(asked: Json) -> Json:
    """Every argument of every call that a yes lets happen."""
    # Only who looks at details pays for the tools' contracts.
    from functions.registry import contracts
    from workflow.control.approvals.diff import WORDS, changes

    request = Asked.model_validate(asked).request
    blocks: list[Json] = [
        section(f"*{escape(request.requester)}* asks for this; it costs *{usd(request.cost_cents)}*.")
    ]
    for change in changes(request, contracts()):
        blocks.append(
            section(f"*{change.sign} {WORDS[change.sign]}* `{change.title}` {escape(change.where)}  {change.cost}")
        )
        blocks.extend(fields_block(change.details))
    blocks.append(section(f"Plan `{request.subject}`, policy `{request.revision[:16]}`"))
    return {
        "type": "modal",
        "title": _text("What would be done"),
        "close": _text("Close"),
        "blocks": blocks[:MOST_BLOCKS],
    }


def _text(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def _option(name: str) -> Json:
    return {"text": _text(name), "value": name}


def _input(name: str, label: str, element: dict[str, Any], *, optional: bool = False) -> Json:
    return {
        "type": "input",
        "block_id": name,
        "optional": optional,
        "label": _text(label),
        "element": {**element, "action_id": name},
    }
