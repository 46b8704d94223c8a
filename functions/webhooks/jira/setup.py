"""Jira as it is set up here: TOLLGATE_DOOR_JIRA_SECRET, _URL, _USER, _TOKEN, and _TRANSITIONS (state to status)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from functions.webhooks.jira.door import JiraDoor
from functions.webhooks.jira.post import JiraPost
from workflow.model.errors import BadRequest

PREFIX = "TOLLGATE_DOOR_JIRA_"
STATES = {"running", "waiting", "succeeded", "denied", "failed"}


def door(environ: Mapping[str, str]) -> JiraDoor | None:
    """The way in, where the webhook's secret is set."""
    secret = environ.get(f"{PREFIX}SECRET")
    return JiraDoor(secret) if secret else None


def post(environ: Mapping[str, str]) -> JiraPost | None:
    """The way out, where address, user and token are set."""
    url, user, token = (environ.get(f"{PREFIX}{name}", "") for name in ("URL", "USER", "TOKEN"))
    return JiraPost(url, user, token, _transitions(environ)) if url and user and token else None


def _transitions(environ: Mapping[str, str]) -> dict[str, str]:
    try:
        found = json.loads(environ.get(f"{PREFIX}TRANSITIONS") or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict) or not set(found) <= STATES or not all(isinstance(to, str) for to in found.values()):
        states = ", ".join(sorted(STATES))
        raise BadRequest(f"{PREFIX}TRANSITIONS is not understood.", f"Write a status for some of {states}, as JSON.")
    return found
