"""GitHub as it is set up here: TOLLGATE_DOOR_GITHUB_SECRET, and _APP with _KEY (a PEM or its path), or _TOKEN; _API."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from functions.webhooks.github.client import API, Hub
from functions.webhooks.github.door import GitHubDoor
from functions.webhooks.github.post import GitHubPost
from workflow.model.errors import BadRequest

PREFIX = "TOLLGATE_DOOR_GITHUB_"


def door(environ: Mapping[str, str]) -> GitHubDoor | None:
    """The way in, where the webhook's secret is set."""
    secret = environ.get(f"{PREFIX}SECRET")
    return GitHubDoor(secret) if secret else None


def post(environ: Mapping[str, str]) -> GitHubPost | None:
    """The way out, where an app or a token is set. Raises BadRequest where the app's key cannot be read."""
    app, token = environ.get(f"{PREFIX}APP", ""), environ.get(f"{PREFIX}TOKEN", "")
    if not app and not token:
        return None
    return GitHubPost(Hub(app, _key(environ) if app else "", token, environ.get(f"{PREFIX}API") or API))


def _key(environ: Mapping[str, str]) -> str:
    setting = environ.get(f"{PREFIX}KEY", "").strip()
    if setting.startswith("-----BEGIN"):
        return setting
    try:
        return Path(setting).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(
            f"{PREFIX}KEY cannot be read ({type(error).__name__}).", "Set the app's private key."
        ) from None
