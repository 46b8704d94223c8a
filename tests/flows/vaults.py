"""The house's database and keys in the vault of a local cloud, where the control plane's functions there read them."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from google.auth.compute_engine import _metadata

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


@contextmanager
def told_here(told: Settings, cloud: str) -> Iterator[None]:
    """The same for a function that runs in this process, as long as it does. google-auth learns where its metadata
    server is when it is imported, and may have been imported by another house."""
    before, server = dict(os.environ), _metadata._GCE_METADATA_HOST
    os.environ |= held(told, cloud)
    _metadata._GCE_METADATA_HOST = os.environ["GCE_METADATA_HOST"]
    try:
        yield
    finally:
        _metadata._GCE_METADATA_HOST = server
        os.environ.clear()
        os.environ |= before
