"""Vertex AI's custom jobs: found by label, and taken away."""

from __future__ import annotations

import time

from mcp_handlers.gcp import naming
from mcp_handlers.gcp.client import Clients
from workflow.model.base import Json
from workflow.model.errors import NotFound, OutcomeUnknown

ENDED = ("JOB_STATE_SUCCEEDED", "JOB_STATE_FAILED", "JOB_STATE_CANCELLED", "JOB_STATE_EXPIRED")
_CANCEL_SECONDS = 120.0
_POLL_SECONDS = (0.05, 5.0)


def number(job: Json) -> str:
    """The number that ends the job's name."""
    return str(job["name"]).rpartition("/")[2]


def made_by(clients: Clients, region: str, key: str, tenant: str) -> list[Json]:
    """The jobs that are the effect `key` of `tenant`, oldest first."""
    wanted = {"filter": f'labels.{naming.KEY}="{naming.label(key)}"', "pageSize": "100"}
    found = clients.every(clients.vertex, "customJobs", "customJobs", region=region, params=wanted)
    return oldest_first([job for job in found if naming.made_by(job.get("labels"), key, tenant)])


def oldest_first(found: list[Json]) -> list[Json]:
    """Each job once, in an order that every call sees alike."""
    once = {str(job["name"]): job for job in found}
    return sorted(once.values(), key=lambda job: (job["createTime"], len(job["name"]), job["name"]))


def unfinished(clients: Clients, region: str) -> list[Json]:
    """Every job of the project in `region` that still holds machines or waits for them."""
    found = clients.every(clients.vertex, "customJobs", "customJobs", region=region, params={"pageSize": "100"})
    return [job for job in found if job["state"] not in ENDED]


def remove(clients: Clients, region: str, job: str) -> None:
    """Cancel a job, wait until it has ended, and delete it.

    Raises NotFound where there is none, OutcomeUnknown where it does not end in time.
    """
    deadline, pause, cancelled = time.monotonic() + _CANCEL_SECONDS, _POLL_SECONDS[0], False
    while clients.vertex("GET", f"customJobs/{job}", region=region)["state"] not in ENDED:
        if time.monotonic() > deadline:
            raise OutcomeUnknown(f"gcp: job {job} was cancelled and has not ended in {_CANCEL_SECONDS:g} s")
        if not cancelled:
            clients.vertex("POST", f"customJobs/{job}:cancel", {}, region=region)
            cancelled = True
            continue
        time.sleep(pause)
        pause = min(pause * 2, _POLL_SECONDS[1])
    try:
        clients.vertex("DELETE", f"customJobs/{job}", region=region)
    except NotFound:
        return
