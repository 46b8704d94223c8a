"""The runs that are disturbed: what is asked for, and what the clouds do to it anyway."""

from __future__ import annotations

from dataclasses import dataclass

from infra.local.faults import Fault

OURS = ("azure", "gcp")
"""The local clouds that are ours: of one price, started quickly, and empty again at once."""
AWS = ("aws",)
"""Behind its front are ministack and moto."""
TRAIN = "Train a model on 8 vCPUs for 2 hours, EU data only"


@dataclass(frozen=True)
class Story:
    """A request, and the faults that are in force from its beginning, by cloud. `like`: it ends as this one does.

    `clouds` are those that there are. `orchestrated`: two such runs, and an orchestrator that goes on with them.
    """

    text: str
    faults: tuple[tuple[str, Fault], ...] = ()
    like: str = ""
    clouds: tuple[str, ...] = OURS
    orchestrated: bool = False

    @property
    def runs(self) -> tuple[str, ...]:
        """The ids of its runs."""
        return ("r1", "r2") if self.orchestrated else ("r1",)


STORIES = {
    "happy": Story(f"{TRAIN}, GCP only"),
    # The first job falls ill. Its twin would be healthy, and so the place where the run ends would tell of it.
    "rollback": Story(f"{TRAIN}, GCP only", (("gcp", Fault(kind="unhealthy", operation="customJobs", times=1)),)),
    # Azure is cheapest, and takes everything but jobs.
    "failover": Story(TRAIN, (("azure", Fault(kind="cloud_down", operation="/jobs/")),)),
    # The job is begun, and nobody is told so.
    "aws": Story(f"{TRAIN}, AWS only", clouds=AWS),
    "aws rollback": Story(
        f"{TRAIN}, AWS only", (("aws", Fault(kind="unhealthy", operation="CreateTrainingJob", times=1)),), clouds=AWS
    ),
    "orchestrator": Story(f"{TRAIN}, GCP only", orchestrated=True),
    "lost": Story(f"{TRAIN}, GCP only", (("gcp", Fault(kind="lost", operation="customJobs", times=1)),), like="happy"),
}
