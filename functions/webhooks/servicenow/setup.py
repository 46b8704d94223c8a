"""ServiceNow as it is set up here: TOLLGATE_DOOR_SERVICENOW_SECRET, _URL, _USER and _PASSWORD."""

from __future__ import annotations

from collections.abc import Mapping

from functions.webhooks.servicenow.door import ServiceNowDoor
from functions.webhooks.servicenow.post import ServiceNowPost

PREFIX = "TOLLGATE_DOOR_SERVICENOW_"


def door(environ: Mapping[str, str]) -> ServiceNowDoor | None:
    """The way in, where the secret of the business rule is set."""
    secret = environ.get(f"{PREFIX}SECRET")
    return ServiceNowDoor(secret) if secret else None


def post(environ: Mapping[str, str]) -> ServiceNowPost | None:
    """The way out, where address, user and password are set."""
    url, user, password = (environ.get(f"{PREFIX}{name}", "") for name in ("URL", "USER", "PASSWORD"))
    return ServiceNowPost(url, user, password) if url and user and password else None
