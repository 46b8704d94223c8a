"""What a function app on Azure tells of itself."""

from __future__ import annotations

import os
from functools import cache

from mcp_handlers.kernel import log, otel


@cache
def observe() -> None:
    """Once for the app, whose functions share a process: the worker's log gets lines of JSON, and its traces go out."""
    log.install()
    otel.start(os.environ, "tollgate-azure")
