"""Change how many machines a node pool has, and between which bounds it may grow and shrink by itself."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Self

from pydantic import Field, model_validator

from mcp_handlers.tools.contract import Machine, Tags, Tool, Undo, Where, Zone
from workflow.model.base import Cloud, Noun
from workflow.model.errors import Rejected
from workflow.model.resource import Resource

PoolName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
MOST = 1000
Count = Annotated[int, Field(ge=0, le=MOST)]
_MARK = re.compile(r"([0-9a-f]{16})_(\d{1,6})_(\d{1,6})_(\d{1,6})")


class Sizes(Noun):
    """Numbers of machines. A pool that does not scale by itself has both bounds at its size."""

    minimum: int = Field(ge=0)
    maximum: int = Field(ge=0)
    desired: int = Field(ge=0)

    def __str__(self) -> str:
        return f"{self.desired} machines (between {self.minimum} and {self.maximum})"


class Input(Noun):
    """The pool `pool` of `cluster`, or, without a cluster, the cloud's own group of machines of that name.

    `machine` must be the type that the pool really has: the control plane prices `maximum` of them for a month, since
    the cloud may go so far without asking again. `accept_shrink` says that machines may be taken away. The pool must
    carry the tag of `tags.tenant`; the other tags say whose budget it is and are not written. `zone` is for GCP's zonal
    pools. A pool whose present sizes could not be asked for here is not changed: a change can always be undone.
    """

    region: Where
    zone: Zone = ""
    cluster: PoolName | Annotated[str, Field(max_length=0)] = ""
    pool: PoolName
    machine: Machine
    minimum: Count
    maximum: Count
    desired: Count
    accept_shrink: bool = False
    tags: Tags

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.minimum <= self.desired <= self.maximum:
            raise ValueError("minimum, desired and maximum must not decrease in this order")
        return self

    @property
    def sizes(self) -> Sizes:
        """What is wanted."""
        return Sizes(minimum=self.minimum, maximum=self.maximum, desired=self.desired)

    def found_in(self, cloud: Cloud) -> Resource:
        """The pool as a resource: its id is `cluster/pool`, or the group's name."""
        name = f"{self.cluster}/{self.pool}" if self.cluster else self.pool
        return Resource(cloud=cloud, kind="nodepool", id=name, region=self.region, zone=self.zone)


class Output(Noun):
    """`before` is what the pool had when this effect began, however often the call is repeated; `after` was set."""

    resource: Resource
    before: Sizes
    after: Sizes


class Move(Noun):
    """What a handler is to do. `mark`: what to write on the pool first (empty: it is there). `target`: what to set then
    (None: it is so)."""

    before: Sizes
    mark: str
    target: Sizes | None


def decide(wanted: Input, key: str, present: Sizes, mark: str, machines: frozenset[str]) -> Move:
    """What is to be done to a pool that has `present` sizes, carries `mark` (empty: none) and is made of `machines`.

    A pool is marked with the effect and the sizes before it is scaled, and `present` must have been read before `mark`.
    So the same key answers the same, repeated or raced. Only the latest effect is marked: an older one that is sent
    again counts as new. Raises Rejected for another machine type, for a shrink that was not accepted, and for sizes
    that could not be set again.
    """
    if machines != {wanted.machine}:
        have = ", ".join(sorted(machines)) or "no machine type of its own"
        raise Rejected(f"The pool {wanted.pool} has {have}, not {wanted.machine}.", "Name the pool's machine type.")
    before = _marked(mark, key)
    if before is None:
        _insist_restorable(wanted, present)
    desired = wanted.desired
    if desired < present.desired and not wanted.accept_shrink:
        if before is None or present.desired > wanted.maximum:
            raise Rejected(
                f"The pool {wanted.pool} has {present.desired} machines; {desired} are wanted, which takes some away.",
                "Set accept_shrink if what runs on them may be lost, or ask for as many as there are.",
            )
        # The pool has grown by itself since this effect scaled it.
        desired = present.desired
    target = wanted.sizes.model_copy(update={"desired": desired})
    fresh = present if before is None else before
    text = f"{_effect(key)}_{fresh.minimum}_{fresh.maximum}_{fresh.desired}"
    return Move(before=fresh, mark=text if before is None else "", target=target if target != present else None)


def _insist_restorable(wanted: Input, present: Sizes) -> None:
    """Raise Rejected where the undo would ask for sizes that an Input cannot have."""
    if not present.minimum <= present.desired <= present.maximum <= MOST:
        raise Rejected(
            f"The pool {wanted.pool} has {present}, which could not be set again to undo this.",
            f"Bring it within its own bounds, and these to at most {MOST}, by the cloud's own means first.",
        )


def _effect(key: str) -> str:
    """Short enough for every cloud's tags, beside the sizes."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _marked(mark: str, key: str) -> Sizes | None:
    """The sizes before the effect `key`, if it is the one that the mark names."""
    found = _MARK.fullmatch(mark)
    if found is None or found[1] != _effect(key):
        return None
    return Sizes(minimum=int(found[2]), maximum=int(found[3]), desired=int(found[4]))


def scale_back(wanted: Input, made: Output) -> list[Undo]:
    """Set the sizes from before. What grew is then taken away, so the shrink is accepted."""
    changed = {**made.before.model_dump(), "accept_shrink": True}
    return [Undo(tool="scale_nodepool", arguments=wanted.model_dump(mode="json") | changed)]


TOOL = Tool(
    name="scale_nodepool",
    summary="Set minimum, maximum and desired machines of a node pool or group; shrinks only what may be shrunk.",
    risk="write",
    input=Input,
    output=Output,
    subject=("region", "zone", "cluster", "pool"),
    undo=scale_back,
    annotations={"destructiveHint": True},
)
