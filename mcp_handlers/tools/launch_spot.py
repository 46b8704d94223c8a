"""Start spot machines: cheaper, and the cloud may take them back."""

from __future__ import annotations

from pydantic import Field

from mcp_handlers.tools import provision_compute
from mcp_handlers.tools.contract import Created, Tool, release_created


class Input(provision_compute.Input):
    """As `provision_compute`, with a ceiling in microdollars per machine-hour (None: the on-demand price)."""

    max_price_micros_hour: int | None = Field(default=None, ge=1)


class Output(Created):
    """One resource of kind `instance` per machine."""


TOOL = Tool(
    name="launch_spot",
    summary="Start spot machines at or below a price ceiling; the cloud may reclaim them at short notice.",
    risk="write",
    input=Input,
    output=Output,
    undo=release_created,
)
