"""The re-evaluation as an AWS Lambda function, started by a schedule: one look at everything that lives."""

from __future__ import annotations

import asyncio
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.aws.held import settings
from functions.aws.telling import log, metrics, told
from functions.reevaluate.tick import tick


@told("id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One round. Answers how many deployments were looked at, and why some could not be."""
    found = asyncio.run(tick(settings(), dry_run=False)).summary()
    metrics.add_metric("Reevaluated", MetricUnit.Count, found["looked"] + len(found["failed"]))
    log.info("%d deployments were looked at, %d could not be", found["looked"], len(found["failed"]))
    return found
