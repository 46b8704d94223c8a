"""The settings of a control plane's function. Its secrets are in its cloud's vault, and kept a while once read."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from functions.planes import URLS, addresses
from functions.serve.settings import OIDC, Settings
from workflow.model.errors import BadRequest

DATABASE, KEYRING = "TOLLGATE_DATABASE_SECRET", "TOLLGATE_KEYRING_SECRET"
"""The settings: which secret holds the database's URL, and which one the signing keys as `keyring.json` has them."""
GATEWAY_KEYS, DOORS = "TOLLGATE_GATEWAY_KEYS_SECRET", "TOLLGATE_DOORS_SECRET"
"""The same for what gateways ask for, a JSON object of keys by cloud, and for the settings of doors, a JSON object of
TOLLGATE_DOOR_… and TOLLGATE_PEOPLE. An installation may have neither."""
DATABASE_SECONDS, KEYRING_SECONDS = 300, 30
"""For how long each is remembered. A new key is published a minute before it signs; so it is known by then."""

_TEXTS = TypeAdapter(dict[str, str])

Secret = Callable[[str, int], str]
"""The value of the secret of this name, remembered for so many seconds. Raises StoreAway where it cannot be read."""


def held(environ: Mapping[str, str], secret: Secret) -> Settings:
    """The control plane's settings here. Raises BadRequest where one lacks, StoreAway where a secret cannot be read."""
    url = secret(_name(environ, DATABASE), DATABASE_SECONDS).strip()
    if not url:
        # Without an address the store would be a file of this machine, which knows of nothing that was forbidden.
        raise BadRequest(f"The secret that {DATABASE} names is empty.", "Put the database's URL there.")
    return Settings(
        home=Path(tempfile.gettempdir()),
        port=0,
        database_url=url,
        oidc=environ.get(OIDC, ""),
        urls=addresses(environ.get(URLS, "")),
        ring=lambda: secret(_name(environ, KEYRING), KEYRING_SECONDS).encode(),
        gateway_keys=said(environ, GATEWAY_KEYS, secret),
        doors=said(environ, DOORS, secret),
    )


def said(environ: Mapping[str, str], setting: str, secret: Secret) -> dict[str, str]:
    """What a secret that may be there says. Raises BadRequest for no JSON object of texts, unquoted."""
    if not environ.get(setting):
        return {}
    try:
        found = _TEXTS.validate_json(secret(environ[setting], DATABASE_SECONDS))
    except ValidationError:
        raise BadRequest(f"The secret that {setting} names is no JSON object of texts.", "Write it as such.") from None
    return found


class Kept:
    """The `Secret` over a way to read one. No failure is kept, and no value is used beyond its time because of one."""

    def __init__(self, read: Callable[[str], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._known: dict[str, tuple[float, str]] = {}
        self._turn = threading.Lock()

    def __call__(self, name: str, seconds: int) -> str:
        """The value; of several who ask at once one reads it."""
        with self._turn:
            read, value = self._known.get(name, (-float("inf"), ""))
            if self._clock() - read >= seconds:
                value = self._read(name)
                self._known[name] = (self._clock(), value)
            return value


def _name(environ: Mapping[str, str], setting: str) -> str:
    name = environ.get(setting, "")
    if not name:
        raise BadRequest(f"{setting} is not set.", "Set it to a secret's name, as the templates do.")
    return name
