"""A gate whose absence is no verdict: nobody may take silence for the policy's no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.engine.answer import absent
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import GateUnavailable

if TYPE_CHECKING:
    from workflow.model.ports import Gate

AGAIN_SECONDS = 2.0


@dataclass(frozen=True)
class Attended:
    """The Gate port over another that may be away. Raises GateUnavailable where nobody has judged."""

    gate: Gate

    @property
    def revision(self) -> str:
        """As the gate beneath."""
        return self.gate.revision

    async def decide(self, question: Json) -> Decision:
        """The verdict, if there is one."""
        decision = await self.gate.decide(question)
        if absent(decision):
            raise GateUnavailable(decision.violations[0].message, retry_after=AGAIN_SECONDS)
        return decision
