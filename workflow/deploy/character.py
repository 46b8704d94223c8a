"""What sort of work it is, and two sentences that say so and where it is therefore looked for. Pure."""

from __future__ import annotations

from typing import Literal

from workflow.deploy.nearness import Choice
from workflow.model.base import Noun
from workflow.model.workload import Workload

Sort = Literal["latency-bound", "batch", "storage"]


class Character(Noun):
    """`latency-bound` answers people, `batch` ends. `regulated`: law or the text ties data to places or to people."""

    sort: Sort
    accelerated: bool
    stateful: bool
    regulated: bool


def character(work: Workload) -> Character:
    """By the Workload alone."""
    sort: Sort = (
        "storage" if work.kind == "storage" else "latency-bound" if work.kind in ("serving", "service") else "batch"
    )
    return Character(
        sort=sort,
        accelerated=work.gpu_count > 0,
        stateful=work.stateful,
        regulated=work.personal_data or bool(work.residency),
    )


def sentences(work: Workload, choice: Choice) -> tuple[str, str]:
    """What it is taken for, and where it is looked for."""
    kind = character(work)
    on = "" if kind.sort == "storage" else " on GPUs" if kind.accelerated else " on CPUs"
    traits = [word for word, holds in (("stateful", kind.stateful), ("regulated", kind.regulated)) if holds]
    thing = "storage" if kind.sort == "storage" else f"{kind.sort} work{on}"
    return f"This is {', '.join([thing, ' and '.join(traits)]) if traits else thing}.", _where(work, choice)


def _where(work: Workload, choice: Choice) -> str:
    if choice.limit_ms is not None and choice.nearest_ms is not None:
        if choice.nearest_ms > choice.limit_ms:
            return (
                f"No permitted region is within {choice.limit_ms:g} ms of {work.near} by distance; the nearest"
                f" {len(choice.regions)} are asked, the best of them an estimated {choice.nearest_ms:g} ms away."
            )
        return (
            f"Permitted regions within {choice.limit_ms:g} ms of {work.near} by distance are asked:"
            f" {len(choice.regions)}, the best of them an estimated {choice.nearest_ms:g} ms away."
        )
    if work.near is not None or work.max_latency_ms is not None:
        wish = f"near {work.near}" if work.near else f"below {work.max_latency_ms:g} ms"
        return f"The wish for {wish} chooses no region: that needs a known place of the people who wait for answers."
    if choice.regions:
        return (
            f"It is looked for in {len(choice.regions)} region{'s' * (len(choice.regions) > 1)} that the text leaves."
        )
    return "No place of its users is known, so price decides among all regions that policy allows."
