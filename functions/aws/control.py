"""AWS Lambda behind API Gateway: the control plane's `/mcp`, the way in from each cloud's catalog, its public keys, and
the pages where people decide."""

from __future__ import annotations

from aws_lambda_powertools.utilities.typing import LambdaContext

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.aws import wire
from functions.aws.held import settings
from functions.aws.loop import run
from functions.aws.telling import log, told
from functions.aws.web import through
from functions.control import ControlPlane
from mcp_handlers.kernel import deadline

plane = ControlPlane(settings)
"""One for as long as the execution environment lives, in its own event loop."""


@told("requestContext.requestId")
def handler(event: wire.Event, context: LambdaContext) -> wire.Event:
    """API Gateway's event → the web application → API Gateway's answer."""
    with deadline.within(context.get_remaining_time_in_millis()):
        answer = run(through(plane.ask, event))
    log.info("answered", extra={"status": answer["statusCode"]})
    return answer
