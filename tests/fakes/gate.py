"""A gate that answers as it was told, and remembers what it was asked."""

from collections.abc import Callable
from dataclasses import dataclass, field

from workflow.model.base import Json, digest
from workflow.model.decision import Decision, Verdict, Violation

NEED: Json = {"code": "TEST_RULE", "roles": ["operator"], "people": 1, "own": False, "hours": 72}
"""Whose yes an ask takes."""
OBJECTION = Violation(code="TEST_RULE", message="Not today.", remedy="Ask tomorrow.")


def always(verdict: Verdict) -> Callable[[Json], Verdict]:
    """The same verdict for every question."""
    return lambda question: verdict


@dataclass
class ToldGate:
    """The Gate port over a function from question to verdict."""

    says: Callable[[Json], Verdict] = field(default_factory=lambda: always("allow"))
    revision: str = "told-1"
    asked: list[Json] = field(default_factory=list)
    needs: list[Json] = field(default_factory=lambda: [NEED])

    async def decide(self, question: Json) -> Decision:
        """The told verdict, with one objection unless it is allow."""
        self.asked.append(question)
        verdict = self.says(question)
        violations = () if verdict == "allow" else (OBJECTION,)
        return Decision(
            verdict=verdict,
            violations=violations,
            obligations={"approvals": self.needs} if verdict == "ask" else {},
            revision=self.revision,
            input_digest=digest(question),
        )
