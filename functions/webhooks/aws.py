"""The doors on AWS Lambda behind API Gateway (HTTP API, payload 2.0): which one, the address's last part says."""

from __future__ import annotations

import asyncio

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws.doors import set_up
from functions.aws.held import settings
from functions.aws.telling import log, told
from functions.aws.wire import Event, headers, posted
from functions.webhooks.function import headers_of, receive
from mcp_handlers.kernel import deadline


@told("requestContext.requestId")
def handler(event: Event, context: LambdaContext) -> Event:
    """API Gateway's event → one delivery → API Gateway's answer."""
    set_up()
    door = str(event.get("rawPath") or "").rpartition("/")[2]
    with deadline.within(context.get_remaining_time_in_millis()):
        answer = asyncio.run(receive(door, headers(event), posted(event), settings()))
    log.info("answered", extra={"status": answer.status, "door": door[:40]})
    return {"statusCode": answer.status, "headers": headers_of(answer), "body": answer.content.decode()}
