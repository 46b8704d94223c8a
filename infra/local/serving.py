"""How every server of the local cloud is served: on loopback, until it is told to stop."""

from __future__ import annotations

from typing import Any

import uvicorn

KEEP_ALIVE_SECONDS = 900
"""Longer than a client of a test or a run leaves a connection unused: one that ends as it is used again would be a
fault that nobody asked for."""


def serve(application: Any, port: int, **more: Any) -> None:
    """Serve an ASGI application. `more`: uvicorn's own settings."""
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
        **more,
    )
