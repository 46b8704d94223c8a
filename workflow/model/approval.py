"""What a person is asked, what people said, and what that comes to. No I/O.

An ApprovalRequest names exactly what would be done by its digest; an Approval is one person's word on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from workflow.model.base import Noun
from workflow.model.decision import Violation
from workflow.model.plan import Step
from workflow.model.principal import Name, Principal

ApprovalState = Literal["open", "approved", "denied", "expired", "revoked", "used"]
Closing = Literal["denied", "expired", "revoked", "used"]
MAX_REASON = 1_000
"""Characters of a reason."""
MAX_HOURS = 31 * 24


class Requirement(Noun):
    """Whose yes one asking violation, `code`, takes: that of `people` distinct persons with one of `roles`, the
    requester among them only if `own`; it is good for `hours` hours."""

    code: str
    roles: tuple[str, ...] = Field(min_length=1)
    people: int = Field(ge=1, le=20)
    own: bool
    hours: int = Field(ge=1, le=744)


class Approval(Noun):
    """A person's yes or no to what `subject` digests. `roles` are those that the person had when saying it."""

    request: str
    subject: str
    approver: Name
    roles: tuple[Name, ...]
    approved: bool
    reason: str = Field(default="", max_length=MAX_REASON)
    decided_at: datetime


class Terms(Noun):
    """What an operator sets for approvals beside the rules' own requirements (`policies/data/approving`).

    A yes is void once the price has risen by more than `price_tolerance_percent`. `elevation` says who may lend a
    role, for at most `elevation_hours`.
    """

    price_tolerance_percent: int = Field(ge=0, le=100)
    elevation: Requirement
    elevation_hours: float = Field(gt=0, le=MAX_HOURS)


STRICT = Terms(
    price_tolerance_percent=0,
    elevation=Requirement(code="ELEVATION", roles=("admin",), people=1, own=False, hours=24),
    elevation_hours=1,
)
"""Where nothing is set: no cent more, and an administrator lends a role for an hour."""


class Lift(Noun):
    """A role that is asked for: for one run's plan (`once`), or for `hours`."""

    role: Name
    hours: float = Field(gt=0, le=MAX_HOURS)
    once: bool = False


class ApprovalRequest(Noun):
    """A question to people. `subject` is the digest of exactly what a yes would be to.

    `cost_cents` is what it is expected to cost; `priced_cents` what its calls cost in the catalog when it was asked,
    from which the price may rise by `tolerance_percent` before the yes is void.
    """

    id: Name
    kind: Literal["plan", "call", "elevation"]
    tenant: Name
    run: str
    requester: Name
    subject: str
    revision: str
    cost_cents: int = Field(ge=0)
    priced_cents: int | None = None
    tolerance_percent: int = Field(default=0, ge=0, le=1000)
    requirements: tuple[Requirement, ...] = Field(min_length=1)
    violations: tuple[Violation, ...] = ()
    steps: tuple[Step, ...] = ()
    lift: Lift | None = None
    reason: str = Field(default="", max_length=MAX_REASON)
    asked_at: datetime
    expires_at: datetime


class Asked(Noun):
    """A request with what was said, and how it was closed (empty: it was not). `used_by` names the one use."""

    request: ApprovalRequest
    words: tuple[Approval, ...] = ()
    closed: Closing | Literal[""] = ""
    used_by: str = ""

    def state(self, now: datetime) -> ApprovalState:
        """What it comes to at a time. A single entitled no decides; time runs for a yes as well."""
        if self.closed:
            return self.closed
        if any(not word.approved for word in self.words):
            return "denied"
        if now >= self.request.expires_at:
            return "expired"
        return "open" if lacking(self.request, self.words) else "approved"


class Elevation(Noun):
    """A role lent to a person until `until`. `once`: for the one run that first writes with it, then named by `run`."""

    id: Name
    tenant: Name
    principal: Name
    role: Name
    once: bool
    run: str = ""
    granted_by: tuple[Name, ...]
    since: datetime
    until: datetime
    revoked_at: datetime | None = None

    def holds(self, run: str, now: datetime) -> bool:
        """Whether it lends its role to this run now."""
        return self.revoked_at is None and self.since <= now < self.until and self.run in ("", run)


def counts(requirement: Requirement, request: ApprovalRequest, person: str, roles: Sequence[str]) -> bool:
    """Whether this person's yes would count for this requirement."""
    return (requirement.own or person != request.requester) and not set(roles).isdisjoint(requirement.roles)


def lacking(request: ApprovalRequest, words: Sequence[Approval]) -> tuple[Requirement, ...]:
    """The requirements that too few distinct people have said yes to."""
    return tuple(need for need in request.requirements if _people(need, request, words) < need.people)


def unentitled(request: ApprovalRequest, person: Principal) -> str:
    """Why this person has no say in it; empty where they have one."""
    if any(counts(need, request, person.id, person.roles) for need in request.requirements):
        return ""
    roles = sorted({role for need in request.requirements for role in need.roles})
    if person.id == request.requester and not set(person.roles).isdisjoint(roles):
        return f"{person.id} asked for this and may not approve it."
    return f"{person.id} (roles: {', '.join(person.roles) or 'none'}) has none of the roles {', '.join(roles)}."


def _people(need: Requirement, request: ApprovalRequest, words: Sequence[Approval]) -> int:
    return len({w.approver for w in words if w.approved and counts(need, request, w.approver, w.roles)})
