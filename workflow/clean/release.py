"""Taking away what is idle: one release_resource call each, judged by the gate like anybody's."""

from __future__ import annotations

from typing import Literal

from mcp_handlers.tools import release_resource
from workflow.clean.search import Idle
from workflow.model.base import Noun, digest
from workflow.model.decision import Decision
from workflow.model.errors import TollgateError
from workflow.model.ports import ToolClient


class Outcome(Noun):
    """What became of one idle resource. `waits`: somebody has to say yes first."""

    idle: Idle
    state: Literal["released", "waits", "denied", "failed"]
    detail: str = ""


async def release(tools: ToolClient, tenant: str, one: Idle) -> Outcome:
    """Release it for the run that left it, or else in the caller's own name. Twice is once."""
    resource = one.owned.resource
    wanted = release_resource.Input(resource=resource, tenant=tenant).model_dump(mode="json")
    step = f"cleanup-{digest(wanted)[:12]}" if one.run else ""
    try:
        answer = await tools.call("release_resource", resource.cloud, wanted, run=one.run, step=step)
    except TollgateError as error:
        return Outcome(idle=one, state="failed", detail=f"{error.code}: {error.message} {error.remedy}".strip())
    if isinstance(answer, Decision):
        asks = answer.verdict == "ask"
        words = "; ".join(violation.message for violation in answer.violations)
        return Outcome(idle=one, state="waits" if asks else "denied", detail=words)
    return Outcome(idle=one, state="released")
