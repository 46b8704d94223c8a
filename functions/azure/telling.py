"""What a function app on Azure tells of itself."""

from __future__ import annotations

import os
from functools import cache

from mcp_handlers.kernel import otel


@cache
def observe() -> None:
    """Once for the app, whose functions share a process: its traces go out. Its log is the worker's own."""
    otel.start(os.environ, "tollgate-azure")
