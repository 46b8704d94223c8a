"""Read the real state of a resource."""

from __future__ import annotations

from mcp_handlers.tools.contract import Existing, Tool
from workflow.model.base import Noun
from workflow.model.principal import Name
from workflow.model.resource import Health


class Input(Noun):
    """A resource of `tenant`. One that carries another tenant's tag is reported as not found."""

    resource: Existing
    tenant: Name


class Output(Noun):
    """What the cloud says of it now."""

    health: Health


TOOL = Tool(
    name="get_health",
    summary="Read the real state of an instance, volume, bucket, job or node pool.",
    risk="read",
    input=Input,
    output=Output,
)
