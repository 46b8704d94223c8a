"""Between the gate and the handler: circuit breaker, retries, a place to work in, and the deadline over all of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcp_handlers.kernel import deadline, telemetry
from mcp_handlers.kernel.breaker import Breakers, Phase
from mcp_handlers.kernel.bulkhead import Bulkhead
from mcp_handlers.kernel.retry import GivenUp, Retry
from workflow.model.base import Noun, Risk
from workflow.model.errors import DeadlineExceeded, Overloaded, TollgateError

if TYPE_CHECKING:
    from workflow.model.ports import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Resilience:
    """One function's. The bulkhead is its cloud's, shared by all functions of that cloud in this process."""

    breakers: Breakers
    retry: Retry
    bulkhead: Bulkhead
    clock: Clock

    async def perform(self, work: Callable[[], Noun], risk: Risk, region: str) -> Noun:
        """What `work` returns. `region` names the circuit: a region, and which of the cloud's services there, where the
        tool is for several. Raises what it raised last; RegionDown or CloudDown without asking while the circuit is
        open; Overloaded; at the deadline DeadlineExceeded for a read or where nothing was begun, else OutcomeUnknown.
        """
        self.breakers.admit(region, self.clock.now())
        try:
            made = await self.retry.call(lambda: self._once(work, risk), risk)
        except (GivenUp, DeadlineExceeded, Overloaded):
            raise
        except TollgateError as error:
            self.breakers.settle(region, error, self.clock.now())
            raise
        self.breakers.settle(region, None, self.clock.now())
        return made

    async def _once(self, work: Callable[[], Noun], risk: Risk) -> Noun:
        limit = deadline.current()
        seconds = None if limit is None else (limit - self.clock.now()).total_seconds()
        if seconds is not None and seconds <= 0:
            raise DeadlineExceeded("The call's deadline passed before the cloud was asked. Nothing was done.")
        try:
            return await self.bulkhead.run(work, seconds)
        except TimeoutError as error:
            if seconds is None:
                raise
            if risk == "read":
                raise DeadlineExceeded("The call's deadline passed before the cloud answered.") from None
            raise GivenUp("The call's deadline passed while the cloud was at work.") from error


def resilience(cloud: str, tool: str, bulkhead: Bulkhead, clock: Clock) -> Resilience:
    """The resilience of one tool on `cloud`, as functions have it: what happens to it is measured and logged."""

    def turned(region: str, phase: Phase) -> None:
        state = ("closed", "half_open", "open").index(phase)
        telemetry.measure("breaker.state", state, cloud=cloud, tool=tool, region=region)
        log.warning("circuit of %s %s", cloud, tool, extra={"region": region, "phase": phase})

    def repeated(error: TollgateError, attempt: int) -> None:
        telemetry.measure("retries", 1, cloud=cloud, tool=tool, code=error.code)
        log.info("tried again", extra={"code": error.code, "attempt": attempt})

    return Resilience(Breakers(cloud, turned), Retry(clock, tell=repeated), bulkhead, clock)
