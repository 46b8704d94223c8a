"""Policies that are watched and not obeyed: they judge beside the live ones, and where they differ it is told."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policies.engine.embedded import Embedded
from policies.engine.masking import masked
from workflow.model.base import Json, digest
from workflow.model.decision import Decision

if TYPE_CHECKING:
    from workflow.model.ports import Gate

SHADOW = "policy.shadow"
WAITING = 256
"""Questions that wait for the shadow at most; what comes on top is not judged by it."""
REMEMBERED = 4096

log = logging.getLogger(__name__)
Differs = Callable[[Json], Awaitable[None]]


@dataclass
class Shadowed:
    """The Gate port over `live`. `differs` is told of a difference once for the same caller, run, tool and place.

    The shadow judges in a thread of its own after the live decision was made. Whatever becomes of it there, the live
    decision is the live gate's, and no later.
    """

    live: Gate
    shadow: Embedded
    differs: Differs
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "shadow"))
    _pending: set[asyncio.Task[None]] = field(default_factory=set)
    _told: OrderedDict[str, None] = field(default_factory=OrderedDict)

    @property
    def revision(self) -> str:
        """That of the live policies."""
        return self.live.revision

    async def decide(self, question: Json) -> Decision:
        """The live gate's word."""
        decision = await self.live.decide(question)
        if len(self._pending) < WAITING:
            task = asyncio.create_task(self._compare(question, decision))
            self._pending.add(task)
            task.add_done_callback(self._pending.discard)
        return decision

    async def drained(self, seconds: float = 5.0) -> None:
        """Wait for what the shadow has still to judge, but no longer than this."""
        if self._pending:
            await asyncio.wait(self._pending, timeout=seconds)

    async def _compare(self, question: Json, decision: Decision) -> None:
        try:
            loop = asyncio.get_running_loop()
            other = await loop.run_in_executor(self._pool, self.shadow.judge, question)
            if judgement(other) != judgement(decision) and self._new(question, decision, other):
                await self.differs(difference(question, decision, other))
        except Exception as error:  # noqa: BLE001  the shadow's trouble is nobody else's
            log.warning("the shadow policies could not be compared: %s", type(error).__name__)

    def _new(self, question: Json, decision: Decision, other: Decision) -> bool:
        run = (question["resource"].get("tags") or {}).get("run")
        key = digest([question["principal"], question["action"], run, judgement(decision), judgement(other)])
        if key in self._told:
            return False
        self._told[key] = None
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        return True


def judgement(decision: Decision) -> Json:
    """What of a decision counts: the verdict, the codes, the obligations."""
    codes = sorted({violation.code for violation in decision.violations})
    return {"verdict": decision.verdict, "codes": codes, "obligations": decision.obligations}


def difference(question: Json, live: Decision, other: Decision) -> Json:
    """The ledger's body of a differing verdict. The question is masked: nothing is derived from it later."""
    said = masked({"input": question})
    return {
        "live": {**judgement(live), "revision": live.revision},
        "shadow": {**judgement(other), "revision": other.revision},
        "input_digest": live.input_digest,
        "input": said.document["input"],
        "masked": list(said.masked),
        "erased": list(said.erased),
    }
