"""Which doors are open here. A door is a folder beside this file.

Only the folder of a door that is asked for is imported.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from functions.webhooks.port import Door
from workflow.answers.post import Post
from workflow.model.errors import BadRequest

NAMES = ("slack", "chat", "github", "jira", "servicenow", "signed")
PREFIX = "TOLLGATE_DOOR_"
"""What the settings of doors begin with."""


def door(name: str, environ: Mapping[str, str]) -> Door:
    """One door's way in. Raises BadRequest where there is none of that name, or it is not set up."""
    if name not in NAMES:
        raise BadRequest(f"There is no door {name!r}.", f"Choose one of {', '.join(NAMES)}.")
    found: Door | None = _setup(name).door(environ)
    if found is None:
        raise BadRequest(f"The door {name} is not set up.", f"Set its {PREFIX}{name.upper()}_… as its page says.")
    return found


def doors(environ: Mapping[str, str]) -> dict[str, Door]:
    """Every way in that is set up, by name."""
    found = {name: _setup(name).door(environ) for name in NAMES if _set_up(name, environ)}
    return {name: each for name, each in found.items() if each is not None}


def posts(environ: Mapping[str, str]) -> dict[str, Post]:
    """Every way out that is set up, by name."""
    found = {name: _setup(name).post(environ) for name in NAMES if _set_up(name, environ)}
    return {name: each for name, each in found.items() if each is not None}


def settings_of(environ: Mapping[str, str]) -> dict[str, str]:
    """The doors' settings, for another process."""
    return {name: value for name, value in environ.items() if name.startswith(PREFIX)}


def _set_up(name: str, environ: Mapping[str, str]) -> bool:
    return any(setting.startswith(f"{PREFIX}{name.upper()}_") for setting in environ)


def _setup(name: str) -> Any:
    return importlib.import_module(f"functions.webhooks.{name}.setup")
