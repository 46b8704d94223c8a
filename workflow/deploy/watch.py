"""A job whose run asks for its end is looked after until then, and not only until it runs. No process waits: the run is
parked, and looks now and then. What the cloud does not start again by itself goes on from its checkpoints elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from workflow.deploy.context import Context
from workflow.deploy.failover import lost_spot
from workflow.deploy.operation import await_operation
from workflow.deploy.state import State
from workflow.model.errors import JobFailed, SpotLost, TollgateError, Unhealthy
from workflow.model.offer import Offer
from workflow.model.plan import Plan
from workflow.model.resource import Health
from workflow.model.workload import Request

WORKING = ("healthy", "pending")
"""Of a job that has run: the cloud may be starting it again."""


def to_watch(request: Request, health: Sequence[Health]) -> list[Health]:
    """The jobs that have not ended, where the run asks for their end."""
    jobs = [one for one in health if one.resource.kind == "job" and one.status in WORKING]
    return jobs if request.until == "ended" else []


async def outlast(context: Context, request: Request, state: State, jobs: Sequence[Health]) -> None:
    """Park until the next look at the jobs. Returns where they have had all of their time, or the run is cancelled."""
    plan, since = Plan.model_validate(state["plan"]), datetime.fromisoformat(state["watched_since"])
    patience = timedelta(hours=plan.cost.hours, minutes=context.failover.operation_minutes)
    words = "; ".join(f"job {one.resource.id} on {one.resource.cloud}: {one.detail}" for one in jobs)
    await await_operation(context, request, f"job {jobs[0].resource.id}", since, f"It runs: {words}", patience)


def illness(offer: Offer, ill: Sequence[Health], *, watched: bool) -> TollgateError:
    """What is wrong. A job that has run and fails is wrong by itself: it is not begun again elsewhere."""
    words = "; ".join(f"{one.resource.kind} {one.resource.id} is {one.status}: {one.detail}" for one in ill)
    starved = watched and offer.purchase == "spot" and all(one.status == "pending" for one in ill)
    if starved or lost_spot(offer, ill):
        return SpotLost(words)
    return JobFailed(words) if watched else Unhealthy(words)
