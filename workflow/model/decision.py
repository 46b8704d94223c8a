"""What the gate says, and what a person says when the gate asks."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from workflow.model.base import Json, Noun

Verdict = Literal["allow", "deny", "ask"]


class Violation(Noun):
    """One rule's objection: its code, what was wrong in words, and what the caller can do."""

    code: str
    message: str
    remedy: str


class Decision(Noun):
    """The gate's answer, as a value. A denial is one of these, never an exception.

    `obligations` are what the caller must also do (for example `{"encrypt": true}`). `revision` names the policy
    bundle; `input_digest` the exact question.
    """

    verdict: Verdict
    violations: tuple[Violation, ...] = ()
    obligations: Json = Field(default_factory=dict)
    revision: str
    input_digest: str

    @property
    def allowed(self) -> bool:
        """True for `allow` only."""
        return self.verdict == "allow"


class Approval(Noun):
    """A person's yes or no to one digest. Void for any other plan, after `expires_at`, and after its first use."""

    plan_digest: str
    approver: str
    approved: bool
    reason: str = ""
    decided_at: datetime
    expires_at: datetime
