"""Submit a training job to Vertex AI."""

from __future__ import annotations

import math
import threading
import zlib
from contextlib import suppress

from mcp_handlers.gcp import jobs, machines, naming, owned, safety
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools.submit_ml_job import Input, Output
from workflow.model.base import Json
from workflow.model.errors import NotFound
from workflow.model.resource import Resource

PERMISSIONS = (
    "aiplatform.customJobs.cancel",
    "aiplatform.customJobs.create",
    "aiplatform.customJobs.delete",
    "aiplatform.customJobs.get",
    "aiplatform.customJobs.list",
    "storage.buckets.get",
)
_SMALLEST_DISK = 100
_LOCKS = tuple(threading.Lock() for _ in range(64))
"""Calls with the same key wait for each other, which spares a process the twins that would have to be deleted again."""


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """A custom job labelled with `key`, whose results go to a bucket of the tenant's.

    Vertex AI has no idempotency token and gives jobs their numbers itself. So the label is looked for first; and
    where two calls in two processes both found nothing, both see both jobs afterwards and keep the older one.
    Vertex AI can be told to begin a spot job again, or not, but no number of times; `hours` bounds all of them.
    Raises TollgateError.
    """
    safety.check(wanted)
    machine = machines.machine(wanted.machine)
    with _LOCKS[zlib.crc32(key.encode()) % len(_LOCKS)]:
        found = jobs.made_by(clients, wanted.region, key, wanted.tags.tenant)
        if not found:
            _insist_bucket(wanted, clients)
            made = clients.vertex("POST", "customJobs", _body(wanted, machine, key), region=wanted.region)
            found = jobs.oldest_first([made, *jobs.made_by(clients, wanted.region, key, wanted.tags.tenant)])
        oldest, *twins = found
        for twin in twins:
            with suppress(NotFound):
                jobs.remove(clients, wanted.region, jobs.number(twin))
    job = Resource(cloud="gcp", kind="job", id=jobs.number(oldest), region=wanted.region)
    return Output(resources=(job,))


def _insist_bucket(wanted: Input, clients: Clients) -> None:
    """Raise NotFound where the results would go to no bucket, or to another tenant's."""
    bucket = Resource(cloud="gcp", kind="bucket", id=wanted.bucket, region=wanted.region)
    if owned.read(bucket, wanted.tags.tenant, clients) is None:
        raise NotFound(f"gcp: tenant {wanted.tags.tenant} has no bucket {wanted.bucket}")


def _body(wanted: Input, machine: machines.Machine, key: str) -> Json:
    """The job as Vertex AI's API takes it: the first worker pool has one machine, the second all the others."""
    pools = [_pool(wanted, machine, 1)] + ([_pool(wanted, machine, wanted.count - 1)] if wanted.count > 1 else [])
    return {
        "displayName": naming.name(key),
        "labels": naming.labels(wanted.tags, key),
        "jobSpec": {
            "workerPoolSpecs": pools,
            "scheduling": {
                "timeout": f"{_seconds(wanted.hours)}s",
                "strategy": "SPOT" if wanted.purchase == "spot" else "STANDARD",
                "restartJobOnWorkerRestart": wanted.retries_on_preemption > 0,
                "disableRetries": wanted.purchase == "spot" and not wanted.retries_on_preemption,
            },
            "baseOutputDirectory": {"outputUriPrefix": f"gs://{wanted.bucket}/{naming.name(key)}"},
        },
    }


def _seconds(hours: float) -> int:
    """Whole seconds, rounded up: never fewer than were asked for, and so never none."""
    return max(math.ceil(round(hours * 3600, 3)), 1)


def _pool(wanted: Input, machine: machines.Machine, replicas: int) -> Json:
    accelerator = {
        "acceleratorType": machine.accelerator.upper().replace("-", "_"),
        "acceleratorCount": machine.gpu_count,
    }
    return {
        "replicaCount": str(replicas),
        "machineSpec": {"machineType": machine.type, **(accelerator if machine.gpu else {})},
        "diskSpec": {
            "bootDiskType": "hyperdisk-balanced" if machine.hyperdisk else "pd-ssd",
            "bootDiskSizeGb": max(wanted.disk_gib, _SMALLEST_DISK),
        },
        "containerSpec": {
            "imageUri": wanted.image,
            "command": list(wanted.command),
            "env": [{"name": "TOLLGATE_CHECKPOINTS", "value": f"gs://{wanted.bucket}/{wanted.checkpoint_path}"}],
        },
    }
