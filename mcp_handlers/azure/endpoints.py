"""Azure Machine Learning's online endpoints: how one stands, and moving its traffic.

What the shares were before a move is written into the endpoint's tags in the same request that moves them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.labels import PREFIX
from workflow.model.base import Json
from workflow.model.errors import OutcomeUnknown
from workflow.model.share import Share, Shares, written

SCALING = "Microsoft.Insights/autoscalesettings"
BEFORE = PREFIX + "before-"
"""With a variant's name or an effect's key behind it, a tag that tells the shares before."""
_KEPT = ("authMode", "publicNetworkAccess")

Change = Callable[[Shares, dict[str, str]], tuple[Shares, dict[str, str]] | None]
"""From shares and tags to what they shall be, or None where they are so already."""


def shares(clients: Clients, path: str, found: Json) -> Shares:
    """The variants that have been given a share of the endpoint's traffic, oldest first."""
    traffic = found["properties"].get("traffic") or {}
    rows = [row for row in clients.arm.rows(f"{path}/deployments") if row["name"] in traffic]
    rows.sort(key=lambda row: (row["systemData"]["createdAt"], row["name"]))
    return tuple(Share(variant=row["name"], percent=traffic[row["name"]]) for row in rows)


def move(clients: Clients, path: str, change: Change) -> None:
    """Change shares and tags together. Where another call is faster, look again at what it left."""
    from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

    from mcp_handlers.azure.arm import WAIT_SECONDS

    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        found = clients.arm.settled(path)
        if found is None:
            raise ResourceNotFoundError(f"{path} is gone")
        changed = change(shares(clients, path, found), dict(found["tags"]))
        if changed is None:
            return
        try:
            clients.arm.put(path, _body(found, *changed))
        except ResourceExistsError:
            time.sleep(clients.poll_seconds)
            continue
        return
    raise OutcomeUnknown(f"The traffic of {path.rpartition('/')[2]} could not be moved in {WAIT_SECONDS} seconds.")


def noted(tags: dict[str, str], name: str, before: Shares, after: Shares) -> dict[str, str]:
    """The tags, with what was before, and without what was noted for variants that are no more or for older moves."""
    alive = {BEFORE + one.variant for one in (*before, *after)}
    kept = {word: value for word, value in tags.items() if not word.startswith(BEFORE) or word in alive}
    return {**kept, BEFORE + name: written(before)}


def _body(found: Json, after: Shares, tags: dict[str, str]) -> Json:
    properties = {name: found["properties"][name] for name in _KEPT}
    return {
        "location": found["location"],
        "identity": {"type": "SystemAssigned"},
        "tags": tags,
        "properties": {**properties, "traffic": {one.variant: one.percent for one in after}},
    }
