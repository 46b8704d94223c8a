"""The re-evaluation as a Cloud Run function (functions-framework), started by a schedule: one look at everything that
lives."""

from __future__ import annotations

import asyncio

import functions_framework
from flask import Request

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.gcp.held import settings
from functions.gcp.telling import observe
from functions.reevaluate.tick import tick
from mcp_handlers.kernel import telemetry
from workflow.model.base import Json


@functions_framework.http
def reevaluate(request: Request) -> Json:
    """One round. Answers how many deployments were looked at, and why some could not be."""
    observe("reevaluate")
    found = asyncio.run(tick(settings(), dry_run=False)).summary()
    telemetry.flush()
    return found
