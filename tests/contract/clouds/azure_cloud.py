"""A local Azure for tests: a real server over TLS, and what a test does with it."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.core.credentials import AccessToken

from infra.local.azure.account import GROUP, SUBSCRIPTION

ROOT = Path(__file__).parents[3]


class Static:
    """A credential that gives a token at once."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        return AccessToken("static", int(time.time()) + 3600)


class LocalAzure:
    """A running local Azure."""

    def __init__(self, port: int, state: Path) -> None:
        self.url = f"https://127.0.0.1:{port}"
        self.ca = str(state / "ca.pem")
        self.http = httpx.Client(base_url=self.url, verify=ssl.create_default_context(cafile=self.ca))

    @property
    def environment(self) -> dict[str, str]:
        """What `mcp_handlers.azure.client.connect` reads."""
        return {
            "TOLLGATE_AZURE_ENDPOINT": self.url,
            "TOLLGATE_AZURE_CA": self.ca,
            "TOLLGATE_AZURE_SUBSCRIPTION": SUBSCRIPTION,
            "TOLLGATE_AZURE_RESOURCE_GROUP": GROUP,
            "TOLLGATE_AZURE_POLL_SECONDS": "0.03",
            "TOLLGATE_AZURE_VAULT_URL": self.url,
            "IDENTITY_ENDPOINT": f"{self.url}/msi/token",
            "IDENTITY_HEADER": "local",
        }

    @property
    def sdk(self) -> dict[str, Any]:
        """Keyword arguments that point a typed management client here."""
        return {
            "base_url": self.url,
            "credential_scopes": [f"{self.url}/.default"],
            "connection_verify": self.ca,
            "polling_interval": 0.03,
            "retry_total": 0,
        }

    def fault(self, kind: str, **details: Any) -> None:
        """Put a fault in force."""
        self.http.post("/_tollgate/faults", json={"kind": kind, **details}).raise_for_status()

    def heal(self) -> None:
        """Take all faults away."""
        self.http.delete("/_tollgate/faults").raise_for_status()

    def get(self, path: str, **query: str) -> httpx.Response:
        """A bare ARM read."""
        return self.http.get(path, params={"api-version": "2024-07-01", **query}, headers=BEARER)

    def names(self) -> set[str]:
        """Type and name of all that the resource group holds."""
        group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
        return {f"{one['type']}/{one['name']}" for one in self.get(f"{group}/resources").json()["value"]}


BEARER = {"Authorization": "Bearer static"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAzure]:
    """One local Azure for all tests of a session."""
    state, port = tmp_path_factory.mktemp("azure"), free_port()
    command = [sys.executable, "-m", "infra.local.azure", "--port", str(port), "--state", str(state)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield _ready(process, port, state)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def azure(server: LocalAzure) -> LocalAzure:
    """The local Azure, empty and well."""
    server.http.post("/_tollgate/reset").raise_for_status()
    return server


def _ready(process: subprocess.Popen[bytes], port: int, state: Path) -> LocalAzure:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            cloud = LocalAzure(port, state)
            cloud.http.get("/_tollgate/health").raise_for_status()
        except (OSError, httpx.HTTPError):
            time.sleep(0.05)
        else:
            return cloud
    raise RuntimeError("the local Azure did not start")
