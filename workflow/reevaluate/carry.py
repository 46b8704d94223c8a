"""A move carried out: the new place as a run of its own, verified; then traffic; then the old place is released.

Every part has a key of its own, so the whole may be gone through again after any interruption. Until traffic has moved,
the old place serves, and whatever fails takes the new one away again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from mcp_handlers.tools import get_health, release_resource
from workflow.deploy.context import Context
from workflow.deploy.state import dump
from workflow.deploy.verifier import GOOD
from workflow.model.decision import Decision
from workflow.model.deployment import Saving
from workflow.model.errors import InHand, TollgateError
from workflow.model.plan import Step
from workflow.model.ports import ToolResult
from workflow.model.run import Record, Run
from workflow.model.workload import Request, Workload

Conduct = Callable[[Request, Workload], Awaitable[Run]]
"""Begins a run of this request, whose words mean this workload, or goes on with it. Raises InHand."""
BACK = "back-"


async def carry_out(
    context: Context, conduct: Conduct, request: Request, work: Workload, after: Sequence[Step], saving: Saving
) -> Saving:
    """The saving as it stands after what could be done now: `taken`, `refused`, or still `moving`."""
    try:
        run = await conduct(request, work)
    except InHand as busy:
        return _still(saving, busy.message)
    if run.record is None:
        return _still(saving, run.waits_for or f"Run {run.id} waits for somebody's approval.")
    if run.record.state != "succeeded":
        return _ended(saving, "refused", f"{run.record.code}: {run.record.reason}")
    try:
        return await _cut_over(context, run.record, after, saving)
    except TollgateError as error:
        return _still(saving, f"{error.code}: {error.message}")


async def _cut_over(context: Context, record: Record, after: Sequence[Step], saving: Saving) -> Saving:
    if any(receipt.step.startswith(BACK) for receipt in await context.store.list_receipts(saving.id)):
        return await _take_back(context, record, saving, "The traffic could not be moved.")
    if ill := await _ill(context, record):
        return _still(saving, ill)
    for step in after:
        try:
            answer = await context.tools.call(
                step.tool, step.cloud, step.arguments, run=saving.id, step=step.name, version=step.version
            )
        except TollgateError as error:
            if error.retryable or step.tool == release_resource.TOOL.name:
                raise
            return await _take_back(context, record, saving, f"{error.code}: {error.message}")
        if isinstance(answer, Decision):
            return _still(saving, f"{answer.violations[0].code}: {answer.violations[0].message}")
    return _ended(saving, "taken", record.reason)


async def _ill(context: Context, record: Record) -> str:
    """Why the new place is not well at this moment; empty where it is. Only then the old one may go."""
    for resource in record.resources:
        wanted = get_health.Input(resource=resource, tenant=record.request.principal.tenant)
        answer = await context.tools.call("get_health", resource.cloud, dump(wanted))
        if isinstance(answer, Decision):
            return f"Health of {resource.id} may not be read: {answer.violations[0].message}"
        health = get_health.Output.model_validate(answer.output).health
        if health.status not in GOOD:
            return f"{resource.kind} {resource.id} is {health.status}: {health.detail}"
    return ""


async def _take_back(context: Context, record: Record, saving: Saving, why: str) -> Saving:
    """Release the new place, the last made first."""
    for number, resource in enumerate(reversed(record.resources)):
        release = dump(release_resource.Input(resource=resource, tenant=saving.tenant))
        step = f"{BACK}{number}"
        answer = await context.tools.call("release_resource", resource.cloud, release, run=saving.id, step=step)
        if not isinstance(answer, ToolResult):
            return _still(saving, f"{why} To be released: {resource.kind} {resource.id}, once somebody says yes.")
    return _ended(saving, "refused", why)


def _still(saving: Saving, why: str) -> Saving:
    return saving.model_copy(update={"reason": why})


def _ended(saving: Saving, state: str, why: str) -> Saving:
    return saving.model_copy(update={"state": state, "reason": why})
