"""What the ledger is told of a decision. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from policies.engine.question import Call
from workflow.control.approvals.hearing import Heard
from workflow.model.base import Json, digest
from workflow.model.decision import Decision
from workflow.model.plan import Plan
from workflow.model.ports import Event
from workflow.model.principal import Principal


def call_decided(
    principal: Principal,
    call: Call,
    version: int,
    run: str,
    key: str,
    asked: Json,
    judged: Decision,
    heard: Heard,
    now: datetime,
) -> Event:
    """`call.decided`: what the gate was asked about a write, what it said, and what that came to. `version` is the one
    of the tool's contract that the caller spoke."""
    body = {
        "tool": call.tool,
        "version": version,
        "cloud": call.cloud,
        "key": key,
        "arguments_digest": digest(call.arguments),
        "question": asked,
        "decision": judged.model_dump(mode="json"),
        "came_to": heard.decision.verdict,
        "approval": heard.asked.request.id if heard.asked else None,
    }
    return Event(run=run, tenant=principal.tenant, kind="call.decided", body=body, at=now)


def plan_decided(
    principal: Principal, plan: Plan, questions: Sequence[Json], heard: Heard, use: str, now: datetime
) -> tuple[Event, ...]:
    """`decided`, and after people were asked (`use`) `approved`, `asked_again` or `refused`.

    Nothing of an attempt that came too late: another one has the yes, and tells of it.
    """
    if use and any(violation.code == "APPROVAL_USED" for violation in heard.decision.violations):
        return ()
    asked = heard.asked.model_dump(mode="json") if heard.asked else None
    body: Json = {"questions": list(questions), "asked": asked, "decision": heard.decision.model_dump(mode="json")}
    kind = {"allow": "approved", "ask": "asked_again", "deny": "refused"}[heard.decision.verdict] if use else "decided"
    if not use:
        body |= {"plan": plan.model_dump(mode="json"), "digest": plan.digest}
    return (Event(run=plan.run, tenant=principal.tenant, kind=kind, body=body, at=now),)
