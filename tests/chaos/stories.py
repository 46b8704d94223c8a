"""The runs that are disturbed: what is asked for, and what the clouds do to it anyway."""

from __future__ import annotations

from dataclasses import dataclass

from infra.local.faults import Fault

TRAIN = "Train a model on 8 vCPUs for 2 hours, EU data only"


@dataclass(frozen=True)
class Story:
    """A request, and the faults that are in force from its beginning, by cloud. `like`: it ends as this one does."""

    text: str
    faults: tuple[tuple[str, Fault], ...] = ()
    like: str = ""


STORIES = {
    "happy": Story(f"{TRAIN}, GCP only"),
    # The first job falls ill. Its twin would be healthy, and so the place where the run ends would tell of it.
    "rollback": Story(f"{TRAIN}, GCP only", (("gcp", Fault(kind="unhealthy", operation="customJobs", times=1)),)),
    # Azure is cheapest, and takes everything but jobs.
    "failover": Story(TRAIN, (("azure", Fault(kind="cloud_down", operation="/jobs/")),)),
    # The job is begun, and nobody is told so.
    "lost": Story(f"{TRAIN}, GCP only", (("gcp", Fault(kind="lost", operation="customJobs", times=1)),), like="happy"),
}
