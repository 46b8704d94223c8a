"""A cloud's `/mcp`, wired: its tools' contracts, the way to its functions and the way to the control plane."""

from __future__ import annotations

from collections.abc import Mapping

from functions.http import keyed
from functions.planes import CONTROL, URLS, addresses
from functions.registry import contracts
from functions.trust import trust
from mcp_handlers.kernel.catalog import Catalog
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.forward import Forward, Post
from mcp_handlers.kernel.identity import SignedIdentity
from mcp_handlers.kernel.observed import Observed
from mcp_handlers.kernel.trust import Trust
from workflow.model.errors import BadRequest


def catalog(cloud: str, functions: str, control: str, trust: Trust, post: Post, key: str = "") -> Endpoint:
    """The endpoint; `functions` and `control` are base addresses, `key` what a gateway before functions asks for."""
    clock = SystemClock()
    return Endpoint(
        Observed(
            Catalog(
                cloud=cloud,
                tools=contracts(),
                functions=Forward(cloud, functions, keyed(post, key)),
                control=Forward(cloud, f"{control}/clouds/{cloud}", post, asks_people=True),
                identity=SignedIdentity(trust, cloud, clock),
                trust=trust,
                clock=clock,
            )
        )
    )


def deployed(cloud: str, environment: Mapping[str, str], post: Post, key: str = "") -> Endpoint:
    """The endpoint as a function's settings say. Raises BadRequest where an address lacks."""
    found = addresses(environment.get(URLS, ""))
    missing = sorted({cloud, CONTROL} - set(found))
    if missing:
        raise BadRequest(f"{URLS} lacks {', '.join(missing)}.", f"Write {missing[0]}=https://… there.")
    return catalog(cloud, found[cloud], found[CONTROL], trust(environment), post, key)
