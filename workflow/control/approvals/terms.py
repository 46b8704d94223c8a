"""Whether people's yes stands for what is about to be done now. Pure."""

from __future__ import annotations

from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from workflow.model.approval import Asked, Requirement
from workflow.model.decision import Decision, Violation
from workflow.model.money import usd

REMEDY = "Send the request again; it is then asked about as it is now."
_LIST = TypeAdapter(tuple[Requirement, ...])


def requirements(decision: Decision) -> tuple[Requirement, ...]:
    """Who must say yes to what the gate asked about. Empty where it did not say so properly: then nobody can."""
    try:
        found = _LIST.validate_python(decision.obligations.get("approvals", ()))
    except ValidationError:
        return ()
    named = {need.code for need in found}
    complete = named >= {violation.code for violation in decision.violations}
    return found if complete and all(need.roles for need in found) else ()


def unheard(decision: Decision) -> Decision:
    """The denial where the gate asks and nobody is named who could answer."""
    return _denied(
        decision, "APPROVAL_NOBODY", "Approval is needed, and the policy names nobody for all of it.",
        "An operator names approvers for each asking rule in policies/data/approvals.",
    )  # fmt: skip


def ended(asked: Asked, decision: Decision, now: datetime) -> Decision | None:
    """The denial where the request has come to an end without leave; None while it may still carry something."""
    request, state = asked.request, asked.state(now)
    if state == "denied":
        no = next(word for word in asked.words if not word.approved)
        why = f": {no.reason}" if no.reason else "."
        return _denied(decision, "APPROVAL_DENIED", f"{no.approver} said no{why}", "Ask them what would be acceptable.")
    if state == "expired":
        said = f"Nobody approved it in time: the request {request.id} expired"
        return _denied(decision, "APPROVAL_EXPIRED", f"{said} at {request.expires_at:%Y-%m-%d %H:%M} UTC.")
    if state == "revoked":
        return _denied(decision, "APPROVAL_REVOKED", f"The approval {request.id} was revoked.")
    return None


def used(asked: Asked, decision: Decision) -> Decision:
    """The denial of a second use."""
    return _denied(decision, "APPROVAL_USED", f"The approval {asked.request.id} was used before; it is good once.")


def covers(asked: Asked, decision: Decision) -> bool:
    """Whether the people were asked under this policy about all that it asks now.

    Under another revision nobody has been asked yet, though its rules may read the same: a yes is to what was shown.
    """
    return asked.request.revision == decision.revision and set(requirements(decision)) <= set(
        asked.request.requirements
    )


def objection(asked: Asked, decision: Decision, subject: str, priced_cents: int | None) -> Decision | None:
    """The denial where a yes was to something else, or to a lower price; None where it stands."""
    request = asked.request
    if request.subject != subject:
        return _denied(decision, "APPROVAL_PLAN", "The approval was given for another plan.")
    if request.priced_cents is None or priced_cents is None:
        return _denied(decision, "APPROVAL_PRICE", "What it costs is not known.")
    # Integers, so that no rounding lets a cent through.
    if priced_cents * 100 > request.priced_cents * (100 + request.tolerance_percent):
        rise = f"from {usd(request.priced_cents)} to {usd(priced_cents)}"
        return _denied(
            decision, "APPROVAL_PRICE",
            f"Its price rose {rise}, by more than the {request.tolerance_percent} % that a yes allows.",
        )  # fmt: skip
    return None


def _denied(decision: Decision, code: str, message: str, remedy: str = REMEDY) -> Decision:
    violation = Violation(code=code, message=message, remedy=remedy)
    change = {"verdict": "deny", "violations": (violation, *decision.violations), "obligations": {}}
    return decision.model_copy(update=change)
