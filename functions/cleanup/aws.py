"""The cleaner as an AWS Lambda function, started by a schedule: what each tenant's runs left and nobody uses is found,
and released where the operator wants that."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.aws.held import settings
from functions.aws.telling import log, metrics, told
from functions.cleanup.tenants import swept


@told("id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One look for every tenant. Answers what was seen, and what became of the idle, by tenant."""
    found = asyncio.run(swept(settings(), os.environ))
    for one in found:
        metrics.add_metric("Idle", MetricUnit.Count, len(one.idle))
        log.info("%d of %d resources of %s are idle", len(one.idle), one.seen, one.tenant)
    return {one.tenant: one.model_dump(mode="json", exclude={"tenant"}) for one in found}
