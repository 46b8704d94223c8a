"""Move traffic of one DNS name from one target to another."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from mcp_handlers.tools.contract import Tool, Undo, Where
from workflow.model.base import Noun
from workflow.model.errors import NotFound, Rejected
from workflow.model.principal import Name
from workflow.model.resource import Resource

Target = Annotated[str, Field(pattern=r"^[!-~][ -~]{0,127}$")]
Health = Literal["healthy", "unhealthy", "unknown"]
Standing = Literal["healthy", "pending", "unhealthy", "gone"]
_THOUSANDTHS = 1000
_ROOM = 63
"""Characters of a note: as many as a label of Google's."""


class Input(Noun):
    """`weight` percent of what `from_target` carries moves to `to_target`, which must be healthy unless `force`.

    `record` is the DNS name that clients ask for; `zone` is where it is kept: the id of a hosted zone, the name of a
    managed zone, or of a Traffic Manager profile (whose own name `record` then is). It carries the tag of `tenant`.
    `weights`, where given, are set as they are: weight by target. `region` is the home region, for policy. A route
    whose present weights could not be set again is not changed: a change can always be undone.
    """

    region: Where
    zone: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    record: Annotated[str, Field(pattern=r"^[A-Za-z0-9*_][A-Za-z0-9._*-]{0,253}$")]
    type: Literal["A", "AAAA", "CNAME"] = "A"
    tenant: Name
    from_target: Target
    to_target: Target
    weight: int = Field(default=100, ge=1, le=100)
    force: bool = False
    weights: dict[Target, Annotated[float, Field(ge=0, le=1000)]] = Field(default={}, max_length=100)

    @property
    def touched(self) -> list[str]:
        """The targets whose weights it is about, in order."""
        return sorted(self.weights or {self.from_target, self.to_target})

    @property
    def name(self) -> str:
        """The record's name without its last dot, in lower case."""
        return self.record.rstrip(".").lower()

    def resource(self, cloud: str) -> Resource:
        """The route."""
        return Resource(cloud=cloud, kind="route", id=f"{self.zone}/{self.name}/{self.type}", region=self.region)


class Output(Noun):
    """`resource` is of kind `route`, id `zone/record/type`. Weights by target, before and after; a target that gets
    nothing has 0. `health` is what the cloud reported of the new target."""

    resource: Resource
    before: dict[str, float]
    after: dict[str, float]
    health: Health


def moved(wanted: Input, before: Mapping[str, float], *, most: int, step: float = 1) -> dict[str, float]:
    """The weights to be set: whole multiples of `step` up to `most`.

    Raises NotFound for a target that is not there, Rejected for weights that cannot be, or could not be put back.
    """
    unknown = {*wanted.touched, wanted.from_target, wanted.to_target} - before.keys()
    if unknown:
        raise NotFound(f"{wanted.name} has no target {', '.join(sorted(unknown))}; it has {', '.join(sorted(before))}.")
    _insist_restorable(wanted, before, most, step)
    after = {**before, **(wanted.weights or _shifted(wanted, before, step))}
    if _odd(wanted, after, most, step):
        raise Rejected(f"The weights of {wanted.name} are multiples of {step:g} up to {most}, and not all 0.")
    if max(_room(wanted, before), _room(wanted, after)) > _ROOM:
        raise Rejected("More targets change at once than can be remembered.", "Change fewer at once.")
    return after


def _insist_restorable(wanted: Input, before: Mapping[str, float], most: int, step: float) -> None:
    """Raise Rejected where the undo would ask for weights that this tool does not set."""
    if _odd(wanted, before, most, step):
        held = ", ".join(f"{name} {before[name]:g}" for name in wanted.touched)
        raise Rejected(
            f"{wanted.name} has the weights {held}, which could not be put back: they are no multiples of {step:g} "
            f"up to {most}, or all 0.",
            "Set weights in these bounds, in the same proportion, by the cloud's own means first.",
        )


def _odd(wanted: Input, carried: Mapping[str, float], most: int, step: float) -> bool:
    odd = [name for name in wanted.touched if carried[name] > most or round(carried[name] / step, 6) % 1]
    return bool(odd) or not any(carried.values())


def _shifted(wanted: Input, before: Mapping[str, float], step: float) -> dict[str, float]:
    held = before[wanted.from_target]
    if wanted.from_target == wanted.to_target or not held:
        raise Rejected(f"{wanted.from_target} carries nothing that could be moved.", "Name the target that serves.")
    part = min(held, math.ceil(round(held * wanted.weight / 100 / step, 6)) * step)
    return {
        wanted.from_target: round(held - part, 3),
        wanted.to_target: round(before[wanted.to_target] + part, 3),
    }


def insist_healthy(wanted: Input, health: Health) -> None:
    """Raise Rejected where the new target is not known to be healthy, unless the caller forces it."""
    if health != "healthy" and not wanted.force:
        raise Rejected(
            f"The health of {wanted.to_target} is {health}: {wanted.name} is not moved to it.",
            "Repair it or give it a health check; `force` moves anyway.",
        )


def note(wanted: Input, before: Mapping[str, float], key: str) -> str:
    """What is kept beside the route, so that the same call later knows what was before: at most 63 of a-z, 0-9 and _.

    `moved` has seen to it that they fit.
    """
    return "_".join([_mark(key), *_numbers(wanted, before)])


def _numbers(wanted: Input, carried: Mapping[str, float]) -> list[str]:
    return [f"{round(carried[name] * _THOUSANDTHS):x}" for name in wanted.touched]


def _room(wanted: Input, carried: Mapping[str, float]) -> int:
    """Characters of a note of these weights."""
    return len(note(wanted, carried, ""))


def recalled(wanted: Input, kept: str, key: str) -> dict[str, float] | None:
    """The weights that a note of this same call has; None for another's note, or none."""
    mark, *numbers = kept.split("_")
    if mark != _mark(key):
        return None
    return {name: int(number, 16) / _THOUSANDTHS for name, number in zip(wanted.touched, numbers, strict=True)}


def note_name(wanted: Input) -> str:
    """The name of the tag or label that keeps the note of this record."""
    return "route-" + hashlib.sha256(f"{wanted.name}/{wanted.type}".encode()).hexdigest()[:16]


def parts(resource: Resource) -> tuple[str, str, str] | None:
    """Zone, record and type of a route; None for an id that is none."""
    named = resource.id.split("/")
    return (named[0], named[1], named[2]) if len(named) == 3 and all(named) else None


def standing(carried: Mapping[str, float], states: Mapping[str, Health]) -> tuple[Standing, str]:
    """How a route stands: as badly as the worst target that carries anything, pending where one is not known."""
    serving = {name: states[name] for name, carries in carried.items() if carries}
    detail = ", ".join(f"{name} carries {carried[name]:g} and is {state}" for name, state in sorted(serving.items()))
    if not serving or "unhealthy" in serving.values():
        return "unhealthy", detail or "No target carries anything."
    return ("pending" if "unknown" in serving.values() else "healthy"), detail


def _mark(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def back(wanted: Input, made: Output) -> list[Undo]:
    """Set the weights that were before, whatever the health of the target that gets them back."""
    kept = wanted.model_dump(mode="json", include={"region", "zone", "record", "type", "tenant"})
    ends = {"from_target": wanted.to_target, "to_target": wanted.from_target, "force": True}
    changed = {name: made.before[name] for name in wanted.touched}
    return [Undo(tool="failover_route", arguments={**kept, **ends, "weights": changed})]


TOOL = Tool(
    name="failover_route",
    summary="Move the traffic of a DNS name from one target to another, if that one is healthy or if forced.",
    risk="write",
    input=Input,
    output=Output,
    subject=("region", "zone", "record", "type"),
    undo=back,
    annotations={"destructiveHint": True},
)
