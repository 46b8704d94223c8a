"""Take away a resource that Tollgate made."""

from __future__ import annotations

from mcp_handlers.tools.contract import Existing, Tool
from workflow.model.base import Noun
from workflow.model.errors import Rejected
from workflow.model.principal import Name
from workflow.model.resource import Resource


class Input(Noun):
    """A resource of `tenant`. One that carries another tenant's tag, or none of ours, is refused as not found."""

    resource: Existing
    tenant: Name


class Output(Noun):
    """`released` is False where there was nothing left to take away."""

    resource: Resource
    released: bool


FOREIGN = frozenset({"secret", "route", "nodepool"})
"""Kinds that Tollgate changes and never creates: they are not its to take away."""


def insist_made(resource: Resource) -> None:
    """Raise Rejected for a resource of a kind that Tollgate did not create."""
    if resource.kind in FOREIGN:
        raise Rejected(
            f"Tollgate did not create the {resource.kind} {resource.id} and does not take it away.",
            "Whoever created it removes it.",
        )


TOOL = Tool(
    name="release_resource",
    summary="Terminate an instance, delete a volume or a bucket with all it holds, or stop a job. It cannot be undone.",
    risk="destructive",
    input=Input,
    output=Output,
    subject=("resource",),
)
