"""The three runtimes, each with the tools of one and the same cloud behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from functions.registry import tool_names
from functions.trust import JWKS, LOCAL
from infra.local.runtimes import started
from infra.local.runtimes.started import Runtime
from tests.contract.clouds.gcp_cloud import LocalGcp, clients, gcp, running_gcp
from tests.contract.clouds.world import World
from tests.contract.clouds.worlds import gcp as worlds
from tests.contract.runtimes.apps import told
from tests.fakes.clock import FixedClock
from workflow.control.sign import Signer

__all__ = ["clients", "gcp", "running_gcp"]

APPS = Path(__file__).parent / "apps"
NOW = datetime.now(UTC)
"""When it is for all of them, so that a moment in an answer is the same in every answer."""


@pytest.fixture(scope="session")
def signer() -> Signer:
    """The control plane's key."""
    return Signer(Ed25519PrivateKey.generate(), FixedClock(NOW))


@pytest.fixture(scope="session")
def runtimes(running_gcp: LocalGcp, signer: Signer) -> Iterator[list[Runtime]]:
    """All three, told the same."""
    settings = {
        JWKS: json.dumps(signer.jwks()),
        LOCAL: "1",
        told.CLOUD: "gcp",
        told.NOW: NOW.isoformat(),
        "GCE_METADATA_HOST": running_gcp.host,
        "GCE_METADATA_IP": running_gcp.host,
        "CLOUDSDK_CONFIG": "/nonexistent",
        "NO_PROXY": "127.0.0.1",
        **running_gcp.environment,
    }
    source = APPS / "gcp_main.py"
    targets = {f"/mcp/{tool}": (source, tool) for tool in tool_names()}
    with ExitStack() as stack:
        yield [
            stack.enter_context(started.aws("tests.contract.runtimes.apps.aws_entry.handler", settings)),
            stack.enter_context(started.azure(APPS / "azure", settings)),
            stack.enter_context(started.gcp(targets, settings)),
        ]


@pytest.fixture
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    """The cloud behind them, empty and well."""
    return worlds.begin(request, monkeypatch)
