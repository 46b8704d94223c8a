"""Serve a model on a Vertex AI endpoint."""

from __future__ import annotations

import threading
import zlib

from mcp_handlers.gcp import endpoints, machines, owned, safety, serving
from mcp_handlers.gcp.client import Clients
from mcp_handlers.gcp.endpoints import BEFORE
from mcp_handlers.tools.deploy_model import Input, Output, joined, moved
from workflow.model.errors import NotFound, OutcomeUnknown
from workflow.model.resource import Resource
from workflow.model.share import Shares

PERMISSIONS = (
    "aiplatform.endpoints.create",
    "aiplatform.endpoints.delete",
    "aiplatform.endpoints.deploy",
    "aiplatform.endpoints.get",
    "aiplatform.endpoints.undeploy",
    "aiplatform.endpoints.update",
    "aiplatform.models.delete",
    "aiplatform.models.get",
    "aiplatform.models.upload",
    "aiplatform.operations.list",
    "storage.buckets.get",
)
_LOCKS = tuple(threading.Lock() for _ in range(64))
"""Calls with the same key wait for each other, which spares a process the polling; processes meet in `serving`."""


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Do what `action` says, once per key: endpoint, model and variant have ids that are made from it.

    A variant gets traffic only when its container runs; OutcomeUnknown where that takes longer than a call may wait.
    Only callers whom IAM allows reach an endpoint. Raises TollgateError.
    """
    safety.check(wanted)
    whole = Resource(cloud="gcp", kind="endpoint", id=wanted.endpoint, region=wanted.region)
    number = endpoints.effect_number(key)
    if wanted.action != "deploy":
        if owned.read(whole, wanted.tags.tenant, clients) is None:
            raise NotFound(f"gcp: tenant {wanted.tags.tenant} has no endpoint {wanted.endpoint}")
        before = endpoints.move(clients, wanted.region, wanted.endpoint, number, lambda now: moved(wanted, now))
        return Output(endpoint=whole, before=before, after=moved(wanted, before))
    with _LOCKS[zlib.crc32(key.encode()) % len(_LOCKS)]:
        before = _deploy(wanted, clients, key)
    made = whole.model_copy(update={"id": f"{wanted.endpoint}/{number}"})
    after = joined(before, number, wanted.canary_percent)
    return Output(resources=(made,), endpoint=whole, before=before, after=after)


def _deploy(wanted: Input, clients: Clients, key: str) -> Shares:
    bucket = Resource(cloud="gcp", kind="bucket", id=wanted.bucket or "", region=wanted.region)
    if owned.read(bucket, wanted.tags.tenant, clients) is None:
        raise NotFound(f"gcp: tenant {wanted.tags.tenant} has no bucket {wanted.bucket}")
    machines.machine(wanted.machine)
    attempt = serving.Attempt(wanted, clients, key)
    if BEFORE + attempt.number not in attempt.endpoint()["labels"]:
        attempt.serve()

    def plan(now: Shares) -> Shares:
        return joined(now, attempt.number, wanted.canary_percent)

    try:
        before = endpoints.move(clients, wanted.region, wanted.endpoint, attempt.number, plan)
    except NotFound as error:
        raise OutcomeUnknown(error.message) from error
    for dropped in {one.variant for one in before} - {one.variant for one in plan(before)}:
        now = clients.vertex("GET", f"endpoints/{wanted.endpoint}", region=wanted.region)
        endpoints.undeploy(clients, wanted.region, now, dropped)
    return before
