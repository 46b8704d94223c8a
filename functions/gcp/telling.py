"""What a function on Google Cloud tells of itself."""

from __future__ import annotations

import os
from functools import cache

from mcp_handlers.kernel import log, otel


@cache
def observe(function: str) -> None:
    """Once in an instance: its log is written as lines of JSON, and its traces go out."""
    log.install()
    otel.start(os.environ, f"tollgate-gcp-{function}")
