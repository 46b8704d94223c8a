"""The orchestrator as an AWS Lambda function: started by a schedule, or early by the queue. Both mean: look now.

What a message says is not trusted and not needed: due is what the database says. So a message that comes twice, late
or not at all changes nothing.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.orchestrate.orchestrator import orchestrate
from functions.orchestrate.surroundings import surroundings
from functions.serve.settings import settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.orchestrate.tick import Ticked

MARGIN = timedelta(seconds=5)
"""Kept of the function's time for putting down what is still in hand."""

log = Logger(service="tollgate-orchestrate")


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One tick within the time that is left to this invocation."""
    ticked = asyncio.run(_tick(timedelta(milliseconds=context.get_remaining_time_in_millis()) - MARGIN))
    log.info("ticked", extra=ticked.model_dump())
    return ticked.model_dump()


async def _tick(time: timedelta) -> Ticked:
    stop = SystemClock().now() + time
    async with surroundings(settings()) as around:
        return await orchestrate(around, stop=stop)
