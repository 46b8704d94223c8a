"""AWS Lambda behind API Gateway: the cloud's `/mcp`, which lists its tools and sends calls where they are decided."""

from __future__ import annotations

import os
from functools import cache

from aws_lambda_powertools.utilities.typing import LambdaContext

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.aws import wire
from functions.aws.loop import run
from functions.aws.telling import log, told
from functions.catalog import deployed
from functions.http import HttpPost
from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.endpoint import Endpoint

CLOUD = "aws"


@cache
def endpoint() -> Endpoint:
    """The endpoint, made once in an execution environment. Raises BadRequest where an address lacks."""
    return deployed(CLOUD, os.environ, HttpPost())


@told("requestContext.requestId")
def handler(event: wire.Event, context: LambdaContext) -> wire.Event:
    """API Gateway's event → rpc → API Gateway's answer."""
    with deadline.within(context.get_remaining_time_in_millis()):
        response = run(endpoint().rpc(wire.headers(event), wire.posted(event)))
    log.info("answered", extra={"status": response.status})
    return wire.answered(response)
