"""A run that nobody judges now waits, and says so. It neither proceeds nor dies; too long, and it is parked."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from workflow.deploy.context import Context
from workflow.deploy.fresh import FreshTools
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import ControlDown, GateUnavailable, StoreAway, StoreBroken, TollgateError
from workflow.model.ports import Gate, ToolClient, ToolResult
from workflow.model.workload import Request

T = TypeVar("T")
LONGEST_PAUSE = 5.0


class NobodyJudges(Exception):
    """The gate was away for too long. No TollgateError: a stage takes those for a cloud's trouble, and rolls back."""

    def __init__(self, error: GateUnavailable) -> None:
        super().__init__(error.message)
        self.error = error


class NothingKnown(Exception):
    """The control plane or its store failed in the middle of a call: the effect may have happened, and no cloud is to
    blame. No TollgateError, as NobodyJudges: the same stage is gone through again, with the same keys."""

    def __init__(self, error: TollgateError) -> None:
        super().__init__(error.message)
        self.error = error


def patient(context: Context, request: Request) -> Context:
    """The same context for this request, in which a question to an absent gate is asked again until `gate_patience` is
    over; then NobodyJudges is raised. Where the control plane itself fails, a call raises NothingKnown."""
    outage = _Outage(context, request)
    judges = _PatientGate(context.gate, outage)
    control = replace(context.control, gate=_PatientGate(context.control.gate, outage))
    return replace(
        context, gate=judges, control=control, tools=_PatientTools(FreshTools(context.tools, context.clock), outage)
    )


@dataclass
class _Outage:
    """One run's waiting. `since` is when it was noticed, by the clock that only counts on."""

    context: Context
    request: Request
    since: float | None = None

    async def through(self, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            return await self._asked(ask)
        except GateUnavailable as error:
            return await self._patiently(error, ask)

    async def _patiently(self, first: GateUnavailable, ask: Callable[[], Awaitable[T]]) -> T:
        """Begins with the failure that was: hardly any question fails, and setting up to wait is not free."""
        pending = [first]

        async def again() -> T:
            if pending:
                raise pending.pop()
            return await self._asked(ask)

        tries = AsyncRetrying(
            retry=retry_if_exception_type(GateUnavailable),
            stop=stop_after_delay(self.context.gate_patience),
            wait=wait_random_exponential(multiplier=0.25, max=LONGEST_PAUSE),
            reraise=True,
        )
        try:
            return await tries(again)
        except GateUnavailable as error:
            raise NobodyJudges(error) from error

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            answer = await ask()
        except GateUnavailable as error:
            await self._away(error)
            raise
        await self._back()
        return answer

    async def _away(self, error: GateUnavailable) -> None:
        if self.since is None:
            self.since = time.monotonic()
            body = {"reason": error.message, "patience_seconds": self.context.gate_patience}
            await self.context.journal.write(self.request, "gate.unavailable", body)

    async def _back(self) -> None:
        if self.since is not None:
            seconds, self.since = time.monotonic() - self.since, None
            await self.context.journal.write(self.request, "gate.returned", {"seconds": round(seconds, 3)})


@dataclass(frozen=True)
class _PatientGate:
    gate: Gate
    outage: _Outage = field(repr=False)

    @property
    def revision(self) -> str:
        return self.gate.revision

    async def decide(self, question: Json) -> Decision:
        return await self.outage.through(lambda: self.gate.decide(question))


@dataclass(frozen=True)
class _PatientTools:
    tools: ToolClient
    outage: _Outage = field(repr=False)

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> ToolResult | Decision:
        """The same call with the same key, so it is one effect however often it is sent. Raises NothingKnown."""
        try:
            return await self.outage.through(
                lambda: self.tools.call(tool, cloud, arguments, run=run, step=step, version=version)
            )
        except (ControlDown, StoreAway, StoreBroken) as error:
            raise NothingKnown(error) from error
