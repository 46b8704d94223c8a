"""The orchestrator as a Cloud Run function (functions-framework).

A schedule posts to `orchestrator`, and so may a Pub/Sub subscription that pushes; `woken` takes the same message as a
CloudEvent from Eventarc. All of them mean: look now. What they say is not needed.
"""

from __future__ import annotations

import logging
import os
from datetime import timedelta

import functions_framework
from cloudevents.http import CloudEvent
from flask import Request

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.gcp.held import settings
from functions.gcp.telling import observe
from functions.orchestrate.invocation import run_named, tick_within
from mcp_handlers.kernel import deadline, telemetry

log = logging.getLogger(__name__)


@functions_framework.http
def orchestrator(request: Request) -> dict[str, object]:
    """One tick. Answers what was done."""
    return _tick()


@functions_framework.cloud_event
def woken(event: CloudEvent) -> None:
    """One tick, early. Where it fails Eventarc sends the event again."""
    observe("orchestrator")
    log.info("woken", extra={"run": run_named(event.get_data())})
    _tick()


def _tick() -> dict[str, object]:
    observe("orchestrator")
    ticked = tick_within(timedelta(milliseconds=deadline.limit(os.environ)), settings())
    telemetry.flush()
    return dict(ticked.model_dump())
