"""The cleaner as an AWS Lambda function, started by a schedule: what each tenant's runs left and nobody uses is found,
and released where the operator wants that."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.aws.held import settings
from functions.aws.telling import log, metrics, told
from functions.cleanup.tick import clean, places_of
from functions.serve.settings import Settings
from workflow.model.workload import Principal

TENANTS, APPLY = "TOLLGATE_CLEANUP_TENANTS", "TOLLGATE_CLEANUP_APPLY"
"""The settings: whose resources are looked at, with spaces between; and `1` to release what is idle, not only tell."""
WHO, ROLES = "cleaner@tollgate", ("operator",)


@told("id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One look for every tenant. Answers what was seen, and what became of the idle, by tenant."""
    return asyncio.run(_all(settings(), os.environ))


async def _all(found: Settings, environ: Mapping[str, str]) -> dict[str, Any]:
    apply = environ.get(APPLY) == "1"
    return {tenant: await _one(found, tenant, apply=apply) for tenant in environ.get(TENANTS, "").split()}


async def _one(found: Settings, tenant: str, *, apply: bool) -> dict[str, Any]:
    who = Principal(id=WHO, tenant=tenant, roles=ROLES, channel="schedule")
    seen, outcomes = await clean(found, who, places_of(found.clouds), apply=apply)
    states = Counter(one.state for one in outcomes)
    metrics.add_metric("Idle", MetricUnit.Count, len(seen.idle))
    log.info("%d of %d resources of %s are idle", len(seen.idle), seen.seen, tenant)
    unseen = [f"{place.cloud}/{place.region}: {place.reason}" for place in seen.unseen]
    return {
        "seen": seen.seen,
        "idle": [one.owned.resource.id for one in seen.idle],
        "unseen": unseen,
        "outcomes": dict(states),
    }
