"""How the local cloud is served."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette

from functions.http import IDLE_SECONDS
from infra.local.serving import serve


def test_a_server_is_on_loopback_and_keeps_a_connection_longer_than_our_clients_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr("uvicorn.run", lambda _application, **settings: told.update(settings))
    serve(Starlette(), 4569, lifespan="on")
    assert (told["host"], told["port"], told["lifespan"]) == ("127.0.0.1", 4569, "on")
    assert told["timeout_keep_alive"] > IDLE_SECONDS
