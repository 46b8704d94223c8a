"""An offer into a Plan: the exact tool calls, their keys and costs. Pure: the same choice gives the same digest."""

from __future__ import annotations

import math
from datetime import timedelta

from mcp_handlers.tools import create_storage_bucket, launch_spot, provision_compute, submit_ml_job
from mcp_handlers.tools.contract import Data, Placed, Tags
from workflow.deploy.brief import Brief, tools_for
from workflow.model.base import digest
from workflow.model.money import cents
from workflow.model.offer import Offer
from workflow.model.plan import Cost, Plan, Step, effect_key
from workflow.model.workload import Request

TRAINING_IMAGE = "pytorch/pytorch:2.9.0-cuda12.8-cudnn9-runtime"
"""What a training job runs where the project has set nothing else."""

SPOT_RETRIES = 3
"""How often a spot job is begun again: its checkpoints are in its bucket, so little is lost each time."""

VERSIONS = {
    tool.name: tool.version
    for tool in (create_storage_bucket.TOOL, launch_spot.TOOL, provision_compute.TOOL, submit_ml_job.TOOL)
}
"""Of the contracts that a plan is drafted in. A plan that waits for days is done as it was drafted."""


def draft(request: Request, brief: Brief, offer: Offer, cost: Cost, *, attempt: int) -> Plan:
    """What would be done to take this offer. Training gets a bucket of its own for checkpoints and results first."""
    place = _Place(request, brief, offer, attempt)
    calls = [(tool, place.wanted(tool)) for tool in tools_for(brief, offer.purchase)]
    last = len(calls) - 1
    steps = tuple(
        place.step(tool, wanted, cents(cost.total) if index == last else 0)
        for index, (tool, wanted) in enumerate(calls)
    )
    return Plan(run=request.id, attempt=attempt, offer=offer, cost=cost, steps=steps)


class _Place:
    """The parts that all steps of one plan share."""

    def __init__(self, request: Request, brief: Brief, offer: Offer, attempt: int) -> None:
        self.request, self.brief, self.offer, self.attempt = request, brief, offer, attempt
        lasting = brief.sort != "batch"
        self.tags = Tags(
            tenant=request.principal.tenant,
            project=request.project,
            run=request.id,
            owner=request.principal.id,
            environment=request.environment,
            expires_at=None if lasting else request.submitted_at + timedelta(hours=brief.hours + 1),
        )
        self.data = Data(residency=brief.residency, personal=brief.personal_data)

    def wanted(self, tool: str) -> Placed:
        """The tool's Input."""
        if tool == "create_storage_bucket":
            return self.bucket()
        return self.job() if tool == "submit_ml_job" else self.machines()

    def bucket(self) -> create_storage_bucket.Input:
        name = "tg" + digest([self.tags.tenant, self.request.id, self.attempt, self.offer.place])[:22]
        size = self.brief.storage_gib if self.brief.tool == "create_storage_bucket" else None
        return create_storage_bucket.Input(
            region=self.offer.region, tags=self.tags, data=self.data, size_gib=size or None, name=name
        )

    def job(self) -> submit_ml_job.Input:
        return submit_ml_job.Input(
            region=self.offer.region,
            zone=self.offer.zone,
            machine=self.offer.machine,
            count=self.brief.nodes,
            purchase=self.offer.purchase,
            disk_gib=self._disk(),
            hours=self.brief.hours,
            image=TRAINING_IMAGE,
            bucket=self.brief.checkpoint.bucket if self.brief.checkpoint else self.bucket().name,
            retries_on_preemption=SPOT_RETRIES if self.offer.purchase == "spot" else 0,
            tags=self.tags,
            data=self.data,
        )

    def machines(self) -> provision_compute.Input:
        shape = launch_spot.Input if self.offer.purchase == "spot" else provision_compute.Input
        return shape(
            region=self.offer.region,
            zone=self.offer.zone,
            machine=self.offer.machine,
            arch=self.offer.arch or "x86_64",
            count=self.brief.nodes,
            disk_gib=self._disk(),
            hours=self.brief.hours if self.brief.sort == "batch" else None,
            tags=self.tags,
            data=self.data,
        )

    def step(self, tool: str, wanted: Placed, cost_cents: int) -> Step:
        arguments = wanted.model_dump(mode="json")
        name = f"{self.attempt}-{tool}"
        key = effect_key(self.tags.tenant, self.request.id, name, tool, self.offer.cloud, arguments)
        return Step(
            name=name,
            tool=tool,
            cloud=self.offer.cloud,
            arguments=arguments,
            key=key,
            cost_cents=cost_cents,
            version=VERSIONS[tool],
        )

    def _disk(self) -> int:
        return math.ceil(self.brief.storage_gib)
