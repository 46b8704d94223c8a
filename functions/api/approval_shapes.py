"""Shapes about what people are asked."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from functions.api.common import Next
from functions.api.operation import Paged
from workflow.control.approvals.diff import Change
from workflow.model.approval import MAX_REASON, ApprovalState, Requirement
from workflow.model.base import Noun
from workflow.model.decision import Violation


class ApprovalQuery(Paged):
    """Which requests, newest first."""

    state: Literal["open", "all"] = Field(default="open", description="Those that wait, or all.")


class ApprovalSummary(Noun):
    """A request in a list. `cost_cents` is what a yes is expected to cost; `what` names the calls in order."""

    id: str
    state: ApprovalState
    kind: Literal["plan", "call", "elevation"]
    run: str
    requester: str
    what: str
    cost_cents: int
    asked_at: datetime
    expires_at: datetime


class ApprovalPage(Noun):
    """Requests, newest first."""

    items: tuple[ApprovalSummary, ...]
    next: Next


class Word(Noun):
    """What one person said."""

    approver: str
    approved: bool
    reason: str
    decided_at: datetime


class ApprovalDetail(ApprovalSummary):
    """One request. `subject` is the digest of exactly what a yes would let happen, which `changes` spells out:
    + create, ~ change, - destroy. `missing` are the requirements that nobody has met yet; `why_not` says why the caller
    cannot decide, empty where they can. `priced_cents` is the catalog's price when it was asked; a yes is void once
    that has risen by more than `tolerance_percent`."""

    subject: str
    revision: str
    priced_cents: int | None
    tolerance_percent: int
    reason: str
    changes: tuple[Change, ...]
    violations: tuple[Violation, ...]
    requirements: tuple[Requirement, ...]
    missing: tuple[Requirement, ...]
    words: tuple[Word, ...]
    why_not: str


class Decide(Noun):
    """A person's yes or no. `subject` is that of the request as it was shown: a yes is to exactly that."""

    approved: bool
    subject: str = Field(pattern=r"^[0-9a-f]{64}$")
    reason: str = Field(default="", max_length=MAX_REASON)
