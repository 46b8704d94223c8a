"""The house's database and keys in the vault of a local cloud, where the control plane's functions there read them."""

from __future__ import annotations

import zlib

from functions.held import DATABASE, KEYRING
from functions.planes import URLS
from functions.serve.settings import Settings
from mcp_handlers.kernel.clock import SystemClock
from tests.services.vaults import PUT
from workflow.control.signing import local_signer


def held(told: Settings, cloud: str) -> dict[str, str]:
    """Puts them there, where a flow's end has emptied the clouds, and answers what a function there is told."""
    local_signer(told.keys, SystemClock())
    values = {DATABASE: str(told.database), KEYRING: (told.keys / "keyring.json").read_text()}
    urls = {"control": told.control_url, **{name: told.cloud_url(name) for name in told.clouds}}
    environment = {**told.environment(), URLS: " ".join(f"{name}={url}" for name, url in urls.items())}
    house = zlib.crc32(str(told.home).encode())
    return environment | {
        setting: PUT[cloud](environment, f"{setting.lower().replace('_', '-')}-{house}", value)
        for setting, value in values.items()
    }
