"""Where everything listens and lives on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from functions.planes import CONTROL, URLS, addresses
from functions.registry import cloud_names
from functions.trust import JWKS, LOCAL

PORT = 8000
DATABASE_URL = "TOLLGATE_DATABASE_URL"
OIDC = "TOLLGATE_OIDC"
"""The identity providers: a JSON list, or the path of a file with one. `docs/identity.md` says what goes in."""


@dataclass(frozen=True)
class Settings:
    """`home` holds keys, database, records and logs. Ports count up from `port`: the control plane, then each cloud.

    `database_url` is a PostgreSQL database that is used instead of the home's file; it may hold a password. `urls` are
    the planes that are not on this machine. Where `ring` reads the signing keys, as a keyring's JSON, the folder of
    this machine is not used, and what is signed is believed by deployed functions. `gateway_keys` are what the gateways
    of clouds ask for, by cloud; `doors` are the settings of doors that the environment does not have.
    """

    home: Path
    port: int
    database_url: str = field(default="", repr=False)
    oidc: str = ""
    urls: Mapping[str, str] = field(default_factory=dict)
    ring: Callable[[], bytes] | None = field(default=None, repr=False)
    gateway_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    doors: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def clouds(self) -> tuple[str, ...]:
        """Every cloud whose functions can be reached: those of this machine and those elsewhere."""
        return tuple(sorted({*cloud_names(), *self.urls} - {CONTROL}))

    @property
    def database(self) -> str | Path:
        """Where the store is: a URL or a file."""
        return self.database_url or self.home / "tollgate.db"

    @property
    def keys(self) -> Path:
        """The folder of the signing key and its public half."""
        return self.home / "keys"

    @property
    def control_url(self) -> str:
        """The base address of the control plane."""
        return self.urls.get(CONTROL) or f"http://127.0.0.1:{self.port}"

    def cloud_port(self, cloud: str) -> int:
        """Where a cloud's endpoints listen."""
        return self.port + 1 + cloud_names().index(cloud)

    def cloud_url(self, cloud: str) -> str:
        """The base address of a cloud's endpoints."""
        return self.urls.get(cloud) or f"http://127.0.0.1:{self.cloud_port(cloud)}"

    def environment(self) -> dict[str, str]:
        """What the functions are told: where their cloud is, and whose signature to trust."""
        # No deployed function is beside the local cloud.
        from infra.local.environment import environment as cloud_environment

        return {**cloud_environment(self.home), JWKS: str(self.keys / "jwks.json"), LOCAL: "1"}


def settings(environ: Mapping[str, str] = os.environ, *, ring: Callable[[], bytes] | None = None) -> Settings:
    """From TOLLGATE_HOME, TOLLGATE_PORT, TOLLGATE_DATABASE_URL, TOLLGATE_OIDC and TOLLGATE_URLS. Raises BadRequest."""
    from infra.local.services import home_directory

    return Settings(
        home=home_directory(environ).resolve(),
        port=int(environ.get("TOLLGATE_PORT") or PORT),
        database_url=environ.get(DATABASE_URL, ""),
        oidc=environ.get(OIDC, ""),
        urls=addresses(environ.get(URLS, "")),
        ring=ring,
    )
