"""The cleaner as a Cloud Run function (functions-framework), started by a schedule."""

from __future__ import annotations

import asyncio
import os

import functions_framework
from flask import Request

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.cleanup.tenants import swept
from functions.gcp.held import settings
from functions.gcp.telling import observe
from mcp_handlers.kernel import telemetry
from workflow.model.base import Json


@functions_framework.http
def cleanup(request: Request) -> Json:
    """One look for every tenant. Answers what was seen, and what became of the idle, by tenant."""
    observe("cleanup")
    found = asyncio.run(swept(settings(), os.environ))
    telemetry.flush()
    return {one.tenant: one.model_dump(mode="json", exclude={"tenant"}) for one in found}
