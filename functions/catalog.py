"""A cloud's `/mcp`, wired: its tools' contracts, the way to its functions and the way to the control plane."""

from __future__ import annotations

from functions.registry import contracts
from mcp_handlers.kernel.catalog import Catalog
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.forward import Forward, Post
from mcp_handlers.kernel.identity import SignedIdentity
from mcp_handlers.kernel.observed import Observed
from mcp_handlers.kernel.trust import Trust


def catalog(cloud: str, functions: str, control: str, trust: Trust, post: Post) -> Endpoint:
    """The endpoint; `functions` and `control` are base addresses."""
    clock = SystemClock()
    return Endpoint(
        Observed(
            Catalog(
                cloud=cloud,
                tools=contracts(),
                functions=Forward(cloud, functions, post),
                control=Forward(cloud, f"{control}/clouds/{cloud}", post, asks_people=True),
                identity=SignedIdentity(trust, cloud, clock),
                trust=trust,
                clock=clock,
            )
        )
    )
