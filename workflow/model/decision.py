"""What the gate says."""

from __future__ import annotations

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

    `obligations` are what the caller must also do: `{"encrypt": true}`, and for `ask` under `approvals` whose yes
    it takes: a list of Requirements in order of their codes. `revision` names the policy bundle; `input_digest` the
    exact question.
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
