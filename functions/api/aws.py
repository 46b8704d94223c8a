"""The API on AWS Lambda behind API Gateway (HTTP API, payload 2.0)."""

from __future__ import annotations

from aws_lambda_powertools.utilities.typing import LambdaContext

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.api.call import Web
from functions.api.function import Kept, below
from functions.aws.held import settings
from functions.aws.loop import run
from functions.aws.telling import log, told
from functions.aws.wire import Event, answered, headers, posted
from mcp_handlers.kernel import deadline

kept = Kept(settings)
"""One for as long as the execution environment lives."""


@told("requestContext.requestId")
def handler(event: Event, context: LambdaContext) -> Event:
    """API Gateway's event → one request → API Gateway's answer."""
    method = str(((event.get("requestContext") or {}).get("http") or {}).get("method", ""))
    path, query = str(event.get("rawPath") or ""), str(event.get("rawQueryString") or "")
    with deadline.within(context.get_remaining_time_in_millis()):
        found = run(kept.answer(Web(method, below(path), query, headers(event), posted(event))))
    log.info("answered", extra={"status": found.status, "method": method})
    return answered(found)
