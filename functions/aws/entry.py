"""AWS Lambda behind API Gateway (HTTP API, payload 2.0): one tool, named by TOLLGATE_TOOL."""

from __future__ import annotations

import asyncio
import os
from functools import cache

from aws_lambda_powertools.utilities.typing import LambdaContext

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.aws import wire
from functions.aws.telling import log, told
from functions.binding import bind
from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.endpoint import Endpoint

CLOUD = "aws"


@cache
def endpoint() -> Endpoint:
    """The tool's endpoint, bound once in an execution environment."""
    return bind(CLOUD, os.environ["TOLLGATE_TOOL"], os.environ)


@told("requestContext.requestId")
def handler(event: wire.Event, context: LambdaContext) -> wire.Event:
    """API Gateway's event → rpc → API Gateway's answer."""
    with deadline.within(context.get_remaining_time_in_millis()):
        response = asyncio.run(endpoint().rpc(wire.headers(event), wire.posted(event)))
    log.info("answered", extra={"status": response.status})
    return wire.answered(response)
