"""Slack as it is set up here: TOLLGATE_DOOR_SLACK_SECRET, _TOKEN, and _API where it is not Slack's own."""

from __future__ import annotations

from collections.abc import Mapping

from functions.webhooks.slack.client import API, Slack
from functions.webhooks.slack.door import SlackDoor
from functions.webhooks.slack.post import SlackPost

SECRET, TOKEN, ADDRESS = "TOLLGATE_DOOR_SLACK_SECRET", "TOLLGATE_DOOR_SLACK_TOKEN", "TOLLGATE_DOOR_SLACK_API"


def door(environ: Mapping[str, str]) -> SlackDoor | None:
    """The way in, where the signing secret is set."""
    secret = environ.get(SECRET)
    return SlackDoor(secret, _slack(environ)) if secret else None


def post(environ: Mapping[str, str]) -> SlackPost | None:
    """The way out, where the bot's token is set."""
    return SlackPost(_slack(environ)) if environ.get(TOKEN) else None


def _slack(environ: Mapping[str, str]) -> Slack:
    return Slack(environ.get(TOKEN, ""), environ.get(ADDRESS) or API)
