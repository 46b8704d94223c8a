"""The orchestrator as an AWS Lambda function: started by a schedule, or early by the queue. Both mean: look now.

What a message says is not trusted and not needed: due is what the database says. So a message that comes twice, late
or not at all changes nothing.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.aws.held import settings
from functions.aws.telling import log, metrics, told
from functions.orchestrate.invocation import tick_within
from mcp_handlers.kernel import faults
from workflow.orchestrate.tick import Ticked

RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
"""What a message may say."""


@told("id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One tick within the time that is left to this invocation.

    To the schedule it answers what was done, to the queue which messages must come again: none, or all of them.
    """
    if "Records" not in event:
        return _ticked(context).model_dump()
    return _of_queue(event, context)


def _of_queue(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One tick for all messages of the batch. Where it fails each of them fails, and after some times goes to the
    dead letters, where somebody sees it; what is no message of the queue is thrown back alone."""
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    once = cache(lambda: _attempt(context))

    def heard(record: SQSRecord) -> None:
        if not RUN.fullmatch(record.body):
            raise ValueError("that is no run's name")
        if (trouble := once()) is not None:
            raise trouble

    return dict(process_partial_response(event, heard, processor, context))


def _attempt(context: LambdaContext) -> Exception | None:
    try:
        _ticked(context)
    except Exception as error:  # noqa: BLE001 - each message is told to come again because of it
        log.warning("the queue was heard in vain: %s", faults.told(error))
        return error
    return None


def _ticked(context: LambdaContext) -> Ticked:
    found = tick_within(timedelta(milliseconds=context.get_remaining_time_in_millis()), settings())
    metrics.add_metric("RunsTaken", MetricUnit.Count, found.taken)
    metrics.add_metric("RunsTroubled", MetricUnit.Count, found.troubled)
    log.info("ticked: %s", found.model_dump_json())
    return found
