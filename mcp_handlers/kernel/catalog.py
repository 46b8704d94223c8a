"""A cloud's `/mcp`: lists its tools, forwards reads to their functions, and writes by way of the control plane.

A write goes through the control plane because only there can it be decided, given a Grant and have its receipt kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcp_handlers.kernel import deadline, elicit, intake
from mcp_handlers.kernel.forward import Forward, Pass
from mcp_handlers.kernel.identity import Identity
from mcp_handlers.kernel.listing import listings, off_now
from mcp_handlers.kernel.result import Result, failed
from mcp_handlers.kernel.trust import Trust
from mcp_handlers.tools.contract import Tool
from workflow.model.base import Json
from workflow.model.errors import GateUnavailable, Overloaded, RateLimited, TollgateError, TrustUnknown, Unauthorized

if TYPE_CHECKING:
    from workflow.model.ports import Clock


@dataclass(frozen=True)
class Catalog:
    """All tools of one cloud behind one endpoint. `functions` leads to them, `control` to the control plane;
    `trust` says what is switched off."""

    cloud: str
    tools: Mapping[str, Tool]
    functions: Forward
    control: Forward
    identity: Identity
    trust: Trust
    clock: Clock

    @property
    def name(self) -> str:
        """The server's name on the wire."""
        return f"tollgate-{self.cloud}"

    async def listing(self) -> list[Json]:
        """Every tool of the cloud that is not switched off."""
        return listings([tool for _, tool in sorted(self.tools.items())], self.cloud, await off_now(self.trust))

    def has(self, tool: str) -> bool:
        """Whether the cloud has it."""
        return tool in self.tools

    def mirrored(self, tool: str, meta: Json) -> Mapping[str, str]:
        """As its contract says."""
        return intake.mirrored(self.tools[tool], meta)

    async def call(self, headers: Mapping[str, str], tool: str, arguments: Json, meta: Json) -> Result:
        """Send a call where it is decided, with the caller's own token: it is made out to this cloud's tools."""
        contract = self.tools[tool]
        writes = contract.risk != "read"
        try:
            await self.identity.authenticate(headers, writes=writes)
            taken = intake.parse(contract, self.cloud, arguments, meta)
            route = self.control if writes else self.functions
            leave = Pass(token=headers["authorization"].partition(" ")[2].strip())
            with deadline.kept(deadline.asked(headers, meta, self.clock.now()), self.clock.now()):
                return elicit.offered(
                    await route.call(tool, taken.sent, leave, writes=writes, version=taken.version), headers, meta
                )
        except (Unauthorized, TrustUnknown, GateUnavailable, Overloaded, RateLimited):
            raise
        except TollgateError as error:
            return failed(error)
