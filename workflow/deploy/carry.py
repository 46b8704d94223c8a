"""What a run keeps when spot machines are taken from it: the bucket with the job's checkpoints, for the next attempt.

A managed job reads its checkpoints where it runs, so the next one stays in the bucket's region while that sells any.
"""

from __future__ import annotations

from collections.abc import Sequence

from workflow.deploy.brief import Brief, Checkpoint
from workflow.deploy.state import State, Trouble
from workflow.model.base import Noun
from workflow.model.errors import SpotLost
from workflow.model.plan import Plan, Step
from workflow.model.resource import Receipt

_JOB, _BUCKET = "submit_ml_job", "create_storage_bucket"


class Kept(Noun):
    """An effect of an earlier attempt that lives on in the next."""

    step: Step
    receipt: Receipt


def kept_of(state: State) -> tuple[Kept, ...]:
    """What was kept so far."""
    return tuple(Kept.model_validate(one) for one in state.get("kept", []))


def carried(plan: Plan, receipts: Sequence[Receipt], before: Sequence[Kept], trouble: Trouble) -> tuple[Kept, ...]:
    """What is kept for the next attempt: nothing, unless the job lost its spot machines."""
    if trouble.code != SpotLost.code or all(step.tool != _JOB for step in plan.steps):
        return ()
    steps = {step.key: step for step in plan.steps}
    buckets = [Kept(step=steps[one.key], receipt=one) for one in receipts if one.tool == _BUCKET]
    return (*before, *buckets)


def resumed(brief: Brief, kept: Sequence[Kept]) -> Brief:
    """The brief of the next attempt: from the checkpoints that are kept, or from the beginning."""
    place = None
    if kept:
        (bucket,) = kept[-1].receipt.resources
        place = Checkpoint(cloud=bucket.cloud, region=bucket.region, bucket=bucket.id)
    return brief.model_copy(update={"checkpoint": place})


def pinned(brief: Brief) -> Brief:
    """The brief as the allocator asks with it: where there is a checkpoint, in its region alone."""
    if brief.checkpoint is None:
        return brief
    return brief.model_copy(update={"clouds": (brief.checkpoint.cloud,), "regions": (brief.checkpoint.region,)})
