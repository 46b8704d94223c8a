"""What each field of a Workload is, read from one normal text: every part once, and only when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from workflow.language import (
    clouds,
    due,
    gpus,
    kind,
    machines,
    money,
    near,
    personal,
    purchase,
    recurrence,
    regions,
    residency,
    sizes,
    state,
    timing,
)
from workflow.model.workload import Kind

_LASTING = re.compile(
    r"\b(?:nonstop|always (?:on|up)|permanent\w*|dauerhaft|permanente\w*|replicas?|uptime|stays? up)\b|상시"
)


class Fields:
    """The readings of a text that is only about the work; `named` are the regions that it names.

    `text` is without the regions, and `rest` without the GPUs too, so that no figure in their names is taken for
    another. Each reading may raise BadRequest for what contradicts itself.
    """

    def __init__(self, whole: str, named: regions.Named) -> None:
        self.whole, self.named = whole, named
        self.text = regions.without(whole)
        self.rest = gpus.without(self.text)

    @cached_property
    def gpu(self) -> gpus.Gpus:
        """Model and number, as they are said."""
        return gpus.read(self.text)

    @cached_property
    def nodes(self) -> int:
        """How many machines."""
        return machines.read(self.rest)

    @cached_property
    def vcpus(self) -> int | None:
        """Of each machine."""
        cpu = sizes.vcpus(self.rest)
        return int(machines.for_each(cpu[0], self.nodes, self.rest, cpu[1])) if cpu else None

    @cached_property
    def memory_gib(self) -> float | None:
        """Of each machine."""
        ram = sizes.memory(self.rest)
        return machines.for_each(ram.gib, self.nodes, self.rest, ram.where) if ram else None

    @cached_property
    def gpu_count(self) -> int:
        """On each machine."""
        said = _on_each(self.text, self.nodes, self.gpu.number)
        return said or int(machines.for_each(self.gpu.number, self.nodes, self.text, self.gpu.where))

    @cached_property
    def lengths(self) -> tuple[float | None, float | None]:
        """How many hours it takes, and in how many it must be done."""
        return timing.lengths(self.rest)

    @cached_property
    def cap(self) -> money.Cap | None:
        """What it may cost."""
        return money.read(self.rest, nodes=self.nodes, hours=self.lengths[0])

    @cached_property
    def max_latency_ms(self) -> float | None:
        """The longest answer."""
        return timing.latency_ms(self.rest)

    @cached_property
    def kind(self) -> Kind | None:
        """What the work is; None where there is none."""
        return kind.read(
            self.rest,
            gpu=self.gpu_count > 0,
            compute=bool(self.vcpus or self.memory_gib or self.nodes > 1),
            timed=any(self.lengths),
            lasting=bool(self.max_latency_ms or _LASTING.search(self.rest) or (self.cap and self.cap.per == "month")),
        )

    @cached_property
    def storage_gib(self) -> float | None:
        """On each machine, or in the bucket."""
        disk = sizes.storage(self.rest, only=self.kind == "storage")
        return machines.for_each(disk.gib, self.nodes, self.rest, disk.where) if disk else None


def _on_each(text: str, nodes: int, total: int) -> int | None:
    """What `2 nodes of 8` says of 16 GPUs; None where nothing of the kind is said."""
    said = re.search(rf"(?<![\d.]){nodes} {machines.MACHINE} (?:of|de|zu|mit|with|x) (\d+)(?![\d.])", text)
    return int(said[1]) if said and int(said[1]) * nodes == total else None


FIELDS: Mapping[str, Callable[[Fields], Any]] = {
    "kind": lambda of: of.kind,
    "vcpus": lambda of: of.vcpus,
    "memory_gib": lambda of: of.memory_gib,
    "gpu": lambda of: of.gpu.model,
    "gpu_count": lambda of: of.gpu_count,
    "nodes": lambda of: of.nodes,
    "hours": lambda of: of.lengths[0],
    "deadline_hours": lambda of: of.lengths[1],
    "budget_usd": lambda of: of.cap.usd if of.cap else None,
    "budget_per": lambda of: of.cap.per if of.cap else None,
    "residency": lambda of: residency.read(of.text, european_law=personal.european_law(of.text)),
    "near": lambda of: near.read(of.text),
    "regions": lambda of: of.named.demanded,
    "clouds": lambda of: clouds.read(of.whole),
    "purchase": lambda of: purchase.read(of.text),
    "max_latency_ms": lambda of: of.max_latency_ms,
    "storage_gib": lambda of: of.storage_gib,
    "personal_data": lambda of: personal.read(of.text),
    "excluded_regions": lambda of: of.named.refused,
    "excluded_clouds": lambda of: clouds.excluded(of.whole),
    "any_gpu": lambda of: of.gpu_count > 0 and of.gpu.model is None,
    "recurs": lambda of: recurrence.read(of.text),
    "stateful": lambda of: of.kind is not None and state.read(of.text, kind=of.kind),
    "due": lambda of: due.read(of.text),
}
"""How each field is read."""
