"""Submit a training job to Vertex AI."""

from __future__ import annotations

import threading
import zlib

from mcp_handlers.gcp import jobs, machines, naming, safety
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools.submit_ml_job import Input, Output
from workflow.model.base import Json
from workflow.model.resource import Resource

PERMISSIONS = (
    "aiplatform.customJobs.cancel",
    "aiplatform.customJobs.create",
    "aiplatform.customJobs.delete",
    "aiplatform.customJobs.get",
    "aiplatform.customJobs.list",
)
_SMALLEST_DISK = 100
_LOCKS = tuple(threading.Lock() for _ in range(64))
"""Calls with the same key wait for each other, so that within a process no twin is ever made."""


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """A custom job labelled with `key`.

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
            made = clients.vertex("POST", "customJobs", _body(wanted, machine, key), region=wanted.region)
            found = jobs.made_by(clients, wanted.region, key, wanted.tags.tenant) or [made]
        oldest, *twins = found
        for twin in twins:
            jobs.remove(clients, wanted.region, jobs.number(twin))
    job = Resource(cloud="gcp", kind="job", id=jobs.number(oldest), region=wanted.region)
    return Output(resources=(job,))


def _body(wanted: Input, machine: machines.Machine, key: str) -> Json:
    """The job as Vertex AI's API takes it: the first worker pool has one machine, the second all the others."""
    pools = [_pool(wanted, machine, 1)] + ([_pool(wanted, machine, wanted.count - 1)] if wanted.count > 1 else [])
    return {
        "displayName": naming.name(key),
        "labels": naming.labels(wanted.tags, key),
        "jobSpec": {
            "workerPoolSpecs": pools,
            "scheduling": {
                "timeout": f"{int(wanted.hours * 3600)}s",
                "strategy": "SPOT" if wanted.purchase == "spot" else "STANDARD",
                "restartJobOnWorkerRestart": wanted.retries_on_preemption > 0,
                "disableRetries": wanted.purchase == "spot" and not wanted.retries_on_preemption,
            },
            "baseOutputDirectory": {"outputUriPrefix": f"gs://{wanted.bucket}/{naming.name(key)}"},
        },
    }


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
