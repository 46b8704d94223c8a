"""The orchestrator as an AWS Lambda function: started by a schedule, or early by the queue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.orchestrate.invocation import tick_within

log = Logger(service="tollgate-orchestrate")


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One tick within the time that is left to this invocation."""
    ticked = tick_within(timedelta(milliseconds=context.get_remaining_time_in_millis()))
    log.info("ticked", extra=ticked.model_dump())
    return ticked.model_dump()
