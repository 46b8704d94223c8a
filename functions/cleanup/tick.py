"""One look through every cloud and region for what nobody uses, and its release where that is wanted."""

from __future__ import annotations

import json
from collections.abc import Sequence

from functions.cli.workbench import workbench
from functions.serve.settings import Settings
from policies.engine.bundle import load_bundle
from workflow.clean.release import Outcome, release
from workflow.clean.search import Found, Place, search
from workflow.model.errors import BadRequest
from workflow.model.principal import Principal


def places_of(clouds: Sequence[str], cloud: str = "") -> list[Place]:
    """Every region of these clouds that may be written to. Raises BadRequest for a `cloud` that is not among them."""
    if cloud and cloud not in clouds:
        raise BadRequest(f"There is no cloud {cloud!r}.", f"Choose among {', '.join(clouds)}.")
    regions: dict[str, list[str]] = json.loads(load_bundle().data)["regions"]
    return [(name, region) for name in clouds if cloud in ("", name) for region in regions.get(name, [])]


async def clean(
    told: Settings, principal: Principal, places: Sequence[Place], *, apply: bool
) -> tuple[Found, list[Outcome]]:
    """Search the places, and release what is found there if `apply`."""
    async with workbench(told, principal, lambda event: None, lambda *_: None) as (context, _):
        found = await search(context.store, context.tools, principal.tenant, places, context.clock.now())
        released = [await release(context.tools, principal.tenant, one) for one in found.idle] if apply else []
        return found, released
