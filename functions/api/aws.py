"""The API on AWS Lambda behind API Gateway (HTTP API, payload 2.0)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.call import Web
from functions.api.function import Kept, below
from functions.aws.loop import run
from functions.aws.wire import answered, headers, posted
from functions.serve.settings import settings
from mcp_handlers.kernel import deadline

log = Logger(service="tollgate-api")
kept = Kept(settings)
"""One for as long as the execution environment lives."""


@log.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """API Gateway's event → one request → API Gateway's answer."""
    method = str(((event.get("requestContext") or {}).get("http") or {}).get("method", ""))
    path, query = str(event.get("rawPath") or ""), str(event.get("rawQueryString") or "")
    with deadline.within(context.get_remaining_time_in_millis()):
        found = run(kept.answer(Web(method, below(path), query, headers(event), posted(event))))
    log.info("answered", extra={"status": found.status, "method": method})
    return answered(found)
