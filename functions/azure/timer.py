"""What the orchestrator's timer on Azure does."""

from __future__ import annotations

import os
from datetime import timedelta

from functions.orchestrate.invocation import tick_within
from mcp_handlers.kernel import deadline


def tick() -> None:
    """One look at what is due, within the time that the app has."""
    tick_within(timedelta(milliseconds=deadline.limit(os.environ)))
