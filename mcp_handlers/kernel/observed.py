"""A service, and what is told of its calls: one span, how long it took, how it ended and one line in the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from mcp_handlers.kernel import telemetry
from mcp_handlers.kernel.endpoint import Service
from mcp_handlers.kernel.result import DECISION, ERROR, Result
from workflow.model.base import Json
from workflow.model.errors import TollgateError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Observed:
    """The Service port around another of it; changes nothing of what is answered."""

    service: Service

    @property
    def name(self) -> str:
        """The service's own."""
        return self.service.name

    async def listing(self) -> list[Json]:
        """The service's own."""
        return await self.service.listing()

    def has(self, tool: str) -> bool:
        """The service's own."""
        return self.service.has(tool)

    def mirrored(self, tool: str, meta: Json) -> Mapping[str, str]:
        """The service's own."""
        return self.service.mirrored(tool, meta)

    async def call(self, headers: Mapping[str, str], tool: str, arguments: Json, meta: Json) -> Result:
        """The service's answer."""
        started, code = time.perf_counter(), "INTERNAL"
        with telemetry.call(self.name, tool, meta):
            try:
                result = await self.service.call(headers, tool, arguments, meta)
                code = ended(result)
                return result
            except TollgateError as error:
                code = error.code
                raise
            finally:
                self._tell(tool, code, time.perf_counter() - started)

    def _tell(self, tool: str, code: str, seconds: float) -> None:
        failed = code != "OK"
        telemetry.mark(code=code, failed=failed)
        telemetry.measure("call.duration", seconds, server=self.name, tool=tool, code=code)
        if failed:
            telemetry.measure("call.errors", 1, server=self.name, tool=tool, code=code)
        log.info("call", extra={"code": code, "milliseconds": round(seconds * 1000, 1)})


def ended(result: Result) -> str:
    """How a call ended, in one word: OK, the gate's verdict, or the error's code."""
    if DECISION in result.meta:
        return str(result.meta[DECISION]["verdict"]).upper()
    return str(result.meta[ERROR]["code"]) if ERROR in result.meta else "OK"
