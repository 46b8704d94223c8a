"""List what Tollgate made: the tags say for whom, by which run, and until when."""

from __future__ import annotations

from datetime import datetime

from mcp_handlers.tools.contract import Tool, Where
from workflow.model.base import Noun, Purchase
from workflow.model.principal import Name
from workflow.model.resource import Resource


class Input(Noun):
    """Where to look, and whose resources are wanted."""

    region: Where
    tenant: Name


class Owned(Noun):
    """A resource with its tags: `key` names the effect that made it.

    The rest is what it is paid by: `count` machines of a type, or GiB. `managed`: at the price of managed training.
    None, empty and 0 stand for what the cloud does not tell.
    """

    resource: Resource
    key: str
    run: str = ""
    expires_at: datetime | None = None
    created_at: datetime | None = None
    machine: str = ""
    count: int = 1
    purchase: Purchase = "on_demand"
    managed: bool = False
    size_gib: float = 0


class Output(Noun):
    """Machines, volumes, buckets, and jobs that have not ended. Boot disks go with their machines."""

    resources: tuple[Owned, ...]


TOOL = Tool(
    name="list_resources",
    summary="List the machines, volumes, buckets and running jobs that Tollgate made for a tenant in a region.",
    risk="read",
    input=Input,
    output=Output,
)
