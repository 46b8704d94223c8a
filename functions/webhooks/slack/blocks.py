"""Pieces of Slack's messages, within its limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workflow.model.base import Json

MOST_TEXT = 2_900
"""Characters of a section's text; Slack takes 3,000."""
MOST_FIELD, MOST_FIELDS = 1_900, 10


def escape(text: str) -> str:
    """Text that means nothing to Slack: no mention, no link, no channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, most: int) -> str:
    """At most so many characters, with a sign where some are left out."""
    return text if len(text) <= most else text[: most - 1] + "…"


def section(text: str) -> Json:
    """A paragraph of Slack's own markup."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": cut(text, MOST_TEXT)}}


def context(text: str) -> Json:
    """A paragraph in small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": cut(text, MOST_TEXT)}]}


def header(text: str) -> Json:
    """A title; plain."""
    return {"type": "header", "text": {"type": "plain_text", "text": cut(text, 150)}}


def table(rows: Sequence[Sequence[str]]) -> Json:
    """Aligned columns. The first row is the head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return section("```" + cut(escape("\n".join(lines)).replace("`", "'"), MOST_TEXT - 6) + "```")


def fields_block(pairs: Iterable[tuple[str, str]]) -> Iterator[Json]:
    """Names and values, ten to a block."""
    fields = [
        {"type": "mrkdwn", "text": cut(f"{escape(name)}\n*{escape(cut(value, 300))}*", MOST_FIELD)}
        for name, value in pairs
    ]
    for start in range(0, len(fields), MOST_FIELDS):
        yield {"type": "section", "fields": fields[start : start + MOST_FIELDS]}


def button(name: str, label: str, value: str, style: str = "", confirm: str = "") -> Json:
    """A button; with `confirm`, the question that is asked before it counts."""
    found: Json = {"type": "button", "action_id": name, "text": {"type": "plain_text", "text": label}, "value": value}
    if style:
        found["style"] = style
    if confirm:
        found["confirm"] = {
            "title": {"type": "plain_text", "text": label},
            "text": {"type": "plain_text", "text": cut(confirm, 300)},
            "confirm": {"type": "plain_text", "text": label},
            "deny": {"type": "plain_text", "text": "Back"},
        }
    return found
