"""The doors' settings on AWS: one secret has them all, as a JSON object of the same names as elsewhere."""

from __future__ import annotations

import json
import os
from collections.abc import MutableMapping

from functions.aws.held import DATABASE_SECONDS, secret
from functions.webhooks.doors import settings_of
from functions.webhooks.people import PEOPLE
from workflow.model.errors import BadRequest

DOORS = "TOLLGATE_DOORS_SECRET"
"""The setting: the secret's name; empty where no door is open."""


def set_up(environ: MutableMapping[str, str] = os.environ) -> None:
    """Set what the secret says now, and nothing that it said before. Raises StoreAway where it cannot be read,
    BadRequest for what are no settings of doors."""
    name = environ.get(DOORS, "")
    if not name:
        return
    wanted = _read(name, secret(name, DATABASE_SECONDS))
    for gone in {*settings_of(environ), PEOPLE} - set(wanted):
        environ.pop(gone, None)
    environ.update(wanted)


def _read(name: str, text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    whole = isinstance(found, dict) and all(isinstance(value, str) for value in found.values())
    if not whole or set(found) - {*settings_of(found), PEOPLE}:
        raise BadRequest(
            f"The secret {name} has no settings of doors.",
            f'Write a JSON object like {{"TOLLGATE_DOOR_SLACK_SECRET": "…", "{PEOPLE}": "…"}} there.',
        )
    return dict(found)
