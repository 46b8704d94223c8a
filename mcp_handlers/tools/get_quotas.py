"""Read how much of something the account may still use in a region."""

from __future__ import annotations

from pydantic import Field

from mcp_handlers.tools.contract import Machine, Tool, Where
from workflow.model.base import Noun, Purchase


class Input(Noun):
    """The quota that starting `count` machines of type `machine` in `region` would draw on.

    `managed`: through the managed training service, which has quotas of its own on some clouds.
    """

    region: Where
    machine: Machine
    count: int = Field(default=1, ge=1, le=1000)
    purchase: Purchase = "on_demand"
    managed: bool = False


class Output(Noun):
    """`name` is the cloud's own name of the quota; limit, used, free and needed are in `unit`."""

    name: str
    unit: str
    limit: float
    used: float
    free: float
    needed: float

    @property
    def enough(self) -> bool:
        """True where what is needed is free."""
        return self.free >= self.needed


TOOL = Tool(
    name="get_quotas",
    summary="Read limit, use and what is free of the quota that starting these machines would draw on.",
    risk="read",
    input=Input,
    output=Output,
)
