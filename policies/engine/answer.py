"""What an engine answered, made into a Decision: exactly the agreed shape, or a denial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import ConfigDict, model_validator

from workflow.model.base import Json, Noun
from workflow.model.decision import Decision, Verdict, Violation

ERROR = "GATE_ERROR"
REMEDY = "Nothing was done. Try again; if it stays, have an operator check the policy bundle."
UNAVAILABLE = "GATE_UNAVAILABLE"
REVISION = "GATE_REVISION"
ABSENT = "Nothing was done, and nothing is lost: it goes on when the policy engine answers again."
DATA_FAULT = "POLICY_DATA"
DATA_REMEDY = "An operator repairs the named file under policies/data; until then nothing is allowed."


class Answer(Noun):
    """The gate's output document. Who allows gives no reasons against it; who denies or asks says why."""

    model_config = ConfigDict(strict=True)

    verdict: Verdict
    violations: tuple[Violation, ...]
    obligations: Json

    @model_validator(mode="after")
    def _verdict_and_reasons_agree(self) -> Self:
        if (self.verdict == "allow") == bool(self.violations):
            raise ValueError("the verdict and the violations are at odds")
        if self.verdict == "deny" and self.obligations:
            raise ValueError("a denial obliges to nothing")
        return self


def decision(text: str, revision: str, input_digest: str) -> Decision:
    """An engine's JSON as a Decision. Raises ValueError (pydantic's) for any other shape."""
    answer = Answer.model_validate_json(text)
    return Decision(
        verdict=answer.verdict,
        violations=answer.violations,
        obligations=answer.obligations,
        revision=revision,
        input_digest=input_digest,
    )


def denial(message: str, revision: str, input_digest: str, *, code: str = ERROR, remedy: str = REMEDY) -> Decision:
    """The Decision where the engine gave none."""
    return Decision(
        verdict="deny",
        violations=(Violation(code=code, message=message, remedy=remedy),),
        revision=revision,
        input_digest=input_digest,
    )


def absence(message: str, revision: str, input_digest: str, *, code: str = UNAVAILABLE) -> Decision:
    """The denial where the engine itself is missing, or has other policies than it should have."""
    return denial(message, revision, input_digest, code=code, remedy=ABSENT)


def at_fault(faults: Sequence[str], revision: str, input_digest: str) -> Decision:
    """The denial of everything while the bundle's data fails its own checks."""
    message = f"The policy data is at fault: {'; '.join(faults)}."
    return denial(message, revision, input_digest, code=DATA_FAULT, remedy=DATA_REMEDY)


def absent(decision: Decision) -> bool:
    """Whether nobody has judged: the engine is missing for now, and the same question may be answered later."""
    return any(violation.code in (UNAVAILABLE, REVISION) for violation in decision.violations)
