"""The doors on AWS Lambda behind API Gateway (HTTP API, payload 2.0): which one, the address's last part says."""

from __future__ import annotations

from aws_lambda_powertools.utilities.typing import LambdaContext

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.aws.held import settings
from functions.aws.loop import run
from functions.aws.telling import log, told
from functions.aws.wire import Event, headers, posted
from functions.webhooks.function import Kept, headers_of
from mcp_handlers.kernel import deadline

kept = Kept(settings)
"""One for as long as the execution environment lives."""


@told("requestContext.requestId")
def handler(event: Event, context: LambdaContext) -> Event:
    """API Gateway's event → one delivery → API Gateway's answer."""
    door = str(event.get("rawPath") or "").rpartition("/")[2]
    with deadline.within(context.get_remaining_time_in_millis()):
        answer = run(kept.receive(door, headers(event), posted(event)))
    log.info("answered", extra={"status": answer.status, "door": door[:40]})
    return {"statusCode": answer.status, "headers": headers_of(answer), "body": answer.content.decode()}
