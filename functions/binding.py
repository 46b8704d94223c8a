"""One tool on one cloud, wired: contract, handler, clients, prices, gate and keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.registry import contract, role_room, room
from functions.trust import trust
from mcp_handlers.kernel.breaker import Breakers
from mcp_handlers.kernel.bulkhead import Bulkhead
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.function import Function
from mcp_handlers.kernel.observed import Observed
from mcp_handlers.kernel.resilience import resilience
from mcp_handlers.prices.catalog import load_cloud
from policies.engine.embedded import Embedded

if TYPE_CHECKING:
    from workflow.model.ports import Gate


@cache
def gate() -> Embedded:
    """The one gate of this process, over the packaged policies."""
    return Embedded()


@cache
def bulkhead(cloud: str) -> Bulkhead:
    """The places of one cloud's calls in this process, shared by all its functions here."""
    return Bulkhead(f"tollgate-{cloud}")


@cache
def breakers(cloud: str) -> dict[str, Breakers]:
    """The circuit breakers of one cloud's functions in this process, by tool."""
    return {}


def bind(cloud: str, tool: str, environment: Mapping[str, str], judge: Gate | None = None) -> Endpoint:
    """The endpoint of one tool on one cloud. Clients are made at the first call that the gate lets through.

    Without another `judge` the packaged policies judge, in process.
    """
    client = room(cloud, "client")
    connect = cache(lambda: client.connect(environment))
    clock, handler, role = SystemClock(), room(cloud, tool), role_room(cloud)
    resilient = resilience(cloud, tool, bulkhead(cloud), clock)
    breakers(cloud)[tool] = resilient.breakers
    function = Function(
        cloud=cloud,
        tool=contract(tool),
        handler=handler.call,
        clients=connect,
        catalog=load_cloud(cloud).machine,
        gate=judge or gate(),
        trust=trust(environment),
        clock=clock,
        resilience=resilient,
        roles=role.roles(environment, tool, getattr(handler, "PERMISSIONS", ())) if role else None,
    )
    return Endpoint(Observed(function))
