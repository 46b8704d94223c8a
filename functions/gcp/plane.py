"""Cloud Run functions (functions-framework) of the control plane: the cloud's catalog, and the orchestrator.

A schedule posts to `orchestrator`, and so may a Pub/Sub subscription that pushes; `woken` takes the same message as a
CloudEvent from Eventarc. All of them mean: look now. What they say is not needed.
"""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from functools import cache

import functions_framework
import functions_framework.aio
from cloudevents.http import CloudEvent
from flask import Request
from starlette.requests import Request as AsyncRequest
from starlette.responses import Response

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.catalog import deployed
from functions.gcp.wire import headers_of
from functions.http import HttpPost
from mcp_handlers.kernel import deadline, log, otel, telemetry
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.limits import MAX_BODY

CLOUD = "gcp"
heard = logging.getLogger(__name__)


@cache
def endpoint() -> Endpoint:
    """The catalog's endpoint, made once in an instance."""
    _observe("catalog")
    return deployed(CLOUD, os.environ, HttpPost())


@functions_framework.aio.http
async def catalog(request: AsyncRequest) -> Response:
    """The framework's request → rpc → the framework's answer, on the server's own loop: the connections are kept."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            break
    headers = headers_of(request.headers.items())
    with deadline.within(deadline.limit(os.environ)):
        response = await endpoint().rpc(headers, bytes(body))
    telemetry.flush()
    return Response(response.body, response.status, response.headers)


@functions_framework.http
def orchestrator(request: Request) -> dict[str, object]:
    """One tick. Answers what was done."""
    return _tick()


@functions_framework.cloud_event
def woken(event: CloudEvent) -> None:
    """One tick, early. Where it fails Eventarc sends the event again."""
    from functions.orchestrate.invocation import run_named

    _observe("orchestrator")
    heard.info("woken", extra={"run": run_named(event.get_data())})
    _tick()


def _tick() -> dict[str, object]:
    from functions.orchestrate.invocation import tick_within

    _observe("orchestrator")
    ticked = tick_within(timedelta(milliseconds=deadline.limit(os.environ)))
    telemetry.flush()
    return dict(ticked.model_dump())


@cache
def _observe(function: str) -> None:
    log.install()
    otel.start(os.environ, f"tollgate-{CLOUD}-{function}")
