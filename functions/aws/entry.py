"""AWS Lambda behind API Gateway (HTTP API, payload 2.0): one tool, named by TOLLGATE_TOOL."""

from __future__ import annotations

import asyncio
import base64
import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.binding import bind
from mcp_handlers.kernel import deadline, otel, telemetry
from mcp_handlers.kernel.endpoint import Endpoint

CLOUD = "aws"
log = Logger(service="tollgate")


@cache
def endpoint() -> Endpoint:
    """The tool's endpoint, bound once in an execution environment."""
    otel.start(os.environ, f"tollgate-{CLOUD}-{os.environ['TOLLGATE_TOOL']}")
    return bind(CLOUD, os.environ["TOLLGATE_TOOL"], os.environ)


@log.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """API Gateway's event → rpc → API Gateway's answer."""
    body = _posted(event)
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    with deadline.within(context.get_remaining_time_in_millis()):
        response = asyncio.run(endpoint().rpc(headers, body))
    telemetry.flush()
    log.info("answered", extra={"status": response.status, "tool": os.environ["TOLLGATE_TOOL"]})
    return {"statusCode": response.status, "headers": response.headers, "body": response.body.decode()}


def _posted(event: dict[str, Any]) -> bytes:
    """What was posted. Nothing for what cannot be decoded: whoever may invoke the function may send any event."""
    text = event.get("body") or ""
    try:
        return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    except ValueError:
        return b""
