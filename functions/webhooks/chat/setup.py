"""Google Chat as it is set up here: TOLLGATE_DOOR_CHAT_AUDIENCE, _CREDENTIALS (a file or `default`), _CERTS, _API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.webhooks.chat.bearer import CERTS, GoogleBearer
from functions.webhooks.chat.door import ChatDoor
from functions.webhooks.chat.post import API, SCOPE, ChatPost
from workflow.model.errors import BadRequest

PREFIX = "TOLLGATE_DOOR_CHAT_"


def door(environ: Mapping[str, str]) -> ChatDoor | None:
    """The way in, where our own address is set."""
    audience = environ.get(f"{PREFIX}AUDIENCE")
    return ChatDoor(GoogleBearer(audience, environ.get(f"{PREFIX}CERTS") or CERTS)) if audience else None


def post(environ: Mapping[str, str]) -> ChatPost | None:
    """The way out, where credentials are set. Raises BadRequest where they cannot be read."""
    setting = environ.get(f"{PREFIX}CREDENTIALS")
    return ChatPost(_credentials(setting), environ.get(f"{PREFIX}API") or API) if setting else None


def _credentials(setting: str) -> Any:
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.oauth2 import service_account

    try:
        if setting == "default":
            return google.auth.default(scopes=[SCOPE])[0]
        read: Any = service_account.Credentials.from_service_account_file
        return read(setting, scopes=[SCOPE])
    except (OSError, ValueError, GoogleAuthError) as error:
        why = f"{PREFIX}CREDENTIALS cannot be used ({type(error).__name__})."
        raise BadRequest(why, "Set it to a service account's key file, or to `default`.") from None
