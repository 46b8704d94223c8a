"""The local Azure and Google Cloud, and what is sent to them."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.contract.clouds.azure_cloud import azure, server
from tests.contract.clouds.gcp_cloud import gcp, running_gcp

__all__ = ["azure", "gcp", "running_gcp", "server"]


@pytest.fixture
def bearers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every bearer token that this process has sent, in order."""
    sent: list[str] = []
    send = requests.Session.send

    def noted(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        kind, _, token = str(request.headers.get("Authorization", "")).partition(" ")
        sent.extend([token] if kind.lower() == "bearer" else [])
        return send(session, request, **options)

    monkeypatch.setattr(requests.Session, "send", noted)
    return sent
