"""Serve a model behind an endpoint: deploy it beside the one before, move the traffic over, or move it back.

An endpoint has one or two variants, oldest first. `deploy` makes the newest and keeps the one before it for rollback;
`promote` moves traffic to the newest, and `roll_back` moves all of it to the previous. The rules of that are here, and
the same on every cloud.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mcp_handlers.tools.contract import Created, Machine, Placed, ResourceId, Tool, Undo, release_created
from workflow.model.errors import Rejected
from workflow.model.resource import Resource
from workflow.model.share import ALL, Share, Shares


class Input(Placed):
    """`endpoint` names it; the name fits every cloud and is one tenant's own.

    `deploy` needs `bucket` (the id of a bucket resource in the same cloud), `model` (the artifact's path in it) and
    `image` (the container that serves it), and keeps `min_replicas` to `max_replicas` machines. `canary_percent` is the
    newest variant's share afterwards, for `deploy` and `promote`; an endpoint's only variant always has all of it.
    `machine` is named in every action, because every action is judged by it.

    An endpoint has two variants at most. A `deploy` beside two takes one away for good, with its machines: the newest
    or, once that has all of the traffic, the oldest. So promote a canary, or roll it back, before deploying another.
    """

    action: Literal["deploy", "promote", "roll_back"] = "deploy"
    endpoint: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}[a-z0-9]$")
    machine: Machine
    bucket: ResourceId | None = None
    model: Annotated[
        str, Field(pattern=r"^([A-Za-z0-9_][A-Za-z0-9._=-]*(/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*)?$", max_length=512)
    ] = ""
    image: Annotated[str, Field(pattern=r"^([a-z0-9][A-Za-z0-9._/:@-]{2,254})?$")] = ""
    min_replicas: int = Field(default=1, ge=1, le=1000)
    max_replicas: int = Field(default=1, ge=1, le=1000)
    canary_percent: int = Field(default=ALL, ge=1, le=ALL)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.max_replicas < self.min_replicas:
            raise ValueError("max_replicas is less than min_replicas")
        if self.action == "deploy" and not (self.bucket and self.model and self.image):
            raise ValueError("deploy needs bucket, model and image")
        return self


class Output(Created):
    """`before` and `after` are the shares around the call. `resources` is the variant that a deploy made, of kind
    `endpoint`; releasing it gives its traffic back to the one that is left, and releasing the last takes the endpoint
    away: so a deploy is undone. A variant that it took away does not come back by that, nor does a
    share that it had. `endpoint` is the whole: releasing that releases every variant."""

    resources: tuple[Resource, ...] = ()
    endpoint: Resource
    before: Shares
    after: Shares


def stays(before: Shares) -> Share | None:
    """The one variant that a new one joins: the newest, once all traffic is its own, else the one before it.

    So a newest that was never promoted is replaced, and one that was promoted drops the oldest.
    """
    if len(before) < 2 or before[-1].percent == ALL:
        return before[-1] if before else None
    return before[-2]


def joined(before: Shares, variant: str, percent: int) -> Shares:
    """The shares after `variant` is deployed with `percent` of the traffic."""
    kept = stays(before)
    if kept is None:
        return (Share(variant=variant, percent=ALL),)
    return (Share(variant=kept.variant, percent=ALL - percent), Share(variant=variant, percent=percent))


def shifted(before: Shares, percent: int) -> Shares:
    """The shares after the newest of two variants is given `percent` of the traffic. One alone keeps all of it."""
    if len(before) < 2:
        return before
    previous, newest = before[-2:]
    return (
        Share(variant=previous.variant, percent=ALL - percent),
        Share(variant=newest.variant, percent=percent),
    )


def moved(wanted: Input, before: Shares) -> Shares:
    """The shares after `promote` or `roll_back`. Raises Rejected where there is nothing to go back to."""
    if wanted.action == "roll_back" and len(before) < 2:
        raise Rejected(f"{wanted.endpoint} has no previous variant.", "Release the endpoint, or deploy another model.")
    return shifted(before, 0 if wanted.action == "roll_back" else wanted.canary_percent)


def undo(wanted: Input, made: Output) -> list[Undo]:
    """A deploy's variant is released; a move of traffic is moved back. What a third deploy took away stays away."""
    if wanted.action == "deploy":
        return release_created(wanted, made)
    if made.before == made.after:
        return []
    share = made.before[-1].percent
    back = {"action": "promote", "canary_percent": share} if share else {"action": "roll_back", "canary_percent": ALL}
    return [Undo(tool="deploy_model", arguments={**wanted.model_dump(mode="json"), **back})]


TOOL = Tool(
    name="deploy_model",
    summary="Serve a model behind an endpoint with a canary share of the traffic; promote it, or roll back.",
    risk="write",
    input=Input,
    output=Output,
    subject=("region", "endpoint"),
    undo=undo,
)
