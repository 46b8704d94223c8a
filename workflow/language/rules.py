"""Reading by rules: every field has a module of its own that reads the same normal text. Pure: no clock, no network."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import ValidationError

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
from workflow.language.corrections import corrected
from workflow.language.legible import check
from workflow.language.normal import normal
from workflow.language.scope import clauses_without_orders, without_orders, without_past
from workflow.model.errors import BadRequest, Unclear
from workflow.model.workload import Workload

_WHAT = "What should run, and on which machines or how much storage?"
_LASTING = re.compile(
    r"\b(?:nonstop|always (?:on|up)|permanent\w*|dauerhaft|permanente\w*|replicas?|uptime|stays? up)\b|상시"
)


class NoWork(Unclear):
    """The rules find no work in the text. A reader that knows more words may."""


def parse(text: str) -> Workload:
    """The Workload that the text asks for. Raises BadRequest for text that is no text, names no cloud work, or
    contradicts itself."""
    check(text)
    whole = corrected(normal(text)[0])
    named = regions.named(without_past(whole))
    for tidy in (without_orders, clauses_without_orders):
        if workload := _workload(without_past(tidy(whole)), named):
            return workload
    raise NoWork("The text names no work that a cloud could do.", _WHAT)


@dataclass(frozen=True)
class _Hardware:
    """The machines that the text asks for, sizes per machine."""

    nodes: int
    vcpus: int | None
    memory_gib: float | None
    gpu: str | None
    gpu_count: int


def _hardware(text: str) -> _Hardware:
    gpu = gpus.read(text)
    rest = gpus.without(text)
    nodes = machines.read(rest)
    cpu, ram = sizes.vcpus(rest), sizes.memory(rest)
    return _Hardware(
        nodes=nodes,
        vcpus=int(machines.for_each(cpu[0], nodes, rest, cpu[1])) if cpu else None,
        memory_gib=machines.for_each(ram.gib, nodes, rest, ram.where) if ram else None,
        gpu=gpu.model,
        gpu_count=_on_each(text, nodes, gpu.number) or int(machines.for_each(gpu.number, nodes, text, gpu.where)),
    )


def _on_each(text: str, nodes: int, total: int) -> int | None:
    """What `2 nodes of 8` says of 16 GPUs; None where nothing of the kind is said."""
    said = re.search(rf"(?<![\d.]){nodes} {machines.MACHINE} (?:of|de|zu|mit|with|x) (\d+)(?![\d.])", text)
    return int(said[1]) if said and int(said[1]) * nodes == total else None


def _workload(text: str, named: regions.Named) -> Workload | None:
    """The Workload of a text that is only about the work; `named` are the regions that it names."""
    wanted_clouds, refused_clouds = clouds.read(text), clouds.excluded(text)
    text = regions.without(text)
    hardware, rest = _hardware(text), gpus.without(text)
    hours, deadline = timing.lengths(rest)
    cap = money.read(rest, nodes=hardware.nodes, hours=hours)
    latency = timing.latency_ms(rest)
    work = kind.read(
        rest,
        gpu=hardware.gpu_count > 0,
        compute=bool(hardware.vcpus or hardware.memory_gib or hardware.nodes > 1),
        timed=bool(hours or deadline),
        lasting=bool(latency or _LASTING.search(rest) or (cap and cap.per == "month")),
    )
    if work is None:
        return None
    disk = sizes.storage(rest, only=work == "storage")
    try:
        return Workload(
            kind=work,
            vcpus=hardware.vcpus,
            memory_gib=hardware.memory_gib,
            gpu=hardware.gpu,
            gpu_count=hardware.gpu_count,
            nodes=hardware.nodes,
            hours=hours,
            deadline_hours=deadline,
            budget_usd=cap.usd if cap else None,
            budget_per=cap.per if cap else None,
            residency=residency.read(text, european_law=personal.european_law(text)),
            near=near.read(text),
            regions=named.demanded,
            clouds=wanted_clouds,
            purchase=purchase.read(text),
            max_latency_ms=latency,
            storage_gib=machines.for_each(disk.gib, hardware.nodes, rest, disk.where) if disk else None,
            personal_data=personal.read(text),
            excluded_regions=named.refused,
            excluded_clouds=refused_clouds,
            any_gpu=hardware.gpu_count > 0 and hardware.gpu is None,
            recurs=recurrence.read(text),
            stateful=state.read(text, kind=work),
            due=due.read(text),
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise BadRequest(
            f"{first['loc'][0]} is out of range: {first['msg']}.", "Correct the figure and send it again."
        ) from None
