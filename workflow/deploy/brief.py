"""The planner's decision: a Workload into exactly what to ask the clouds for. Pure; what it assumes is written down."""

from __future__ import annotations

from typing import Literal

from workflow.deploy.character import Sort, character, sentences
from workflow.deploy.nearness import choose_regions
from workflow.model.base import Noun, Purchase
from workflow.model.errors import BadRequest, Unclear
from workflow.model.money import HOURS_PER_MONTH
from workflow.model.workload import Kind, Workload

DEFAULT_SIZE: dict[Kind, tuple[int, float]] = {
    "training": (4, 16),
    "serving": (2, 8),
    "batch": (2, 8),
    "service": (2, 4),
    "storage": (1, 0.5),
}
"""vCPUs and GiB for work that says nothing of its size and names no GPU: small general machines in common use."""
DEFAULT_HOURS: dict[Kind, float] = {"training": 8, "batch": 4}
"""Hours for finite work that gives neither length nor deadline. What stays up is reckoned monthly."""
EGRESS_GIB: dict[Kind, float] = {"training": 10, "batch": 10, "serving": 50, "service": 50, "storage": 0}
"""GiB that leave the cloud: results of finite work, a month of answers for what stays up. Assumed, not measured."""
BUCKET_GIB = 100
DISK_GIB = 50
"""The disk of a machine whose request names none: an image and room to work."""
MAX_NODES = 1000
MAX_JOB_HOURS = 720


class Checkpoint(Noun):
    """Where an earlier attempt's job kept its checkpoints: a bucket of ours."""

    cloud: str
    region: str
    bucket: str


class Brief(Noun):
    """What the allocator asks for. `clouds`, `regions` and `purchase` restrict; sizes are per node.

    `sort` is how the work behaves: `latency-bound` must answer people, `batch` must end.
    """

    kind: Kind
    tool: Literal["provision_compute", "submit_ml_job", "create_storage_bucket"]
    sort: Sort
    vcpus: int
    memory_gib: float
    gpu: str | None
    gpu_count: int
    nodes: int
    hours: float
    storage_gib: float
    egress_gib: float
    purchase: Literal["any", "on_demand", "spot"]
    clouds: tuple[str, ...]
    regions: tuple[str, ...]
    residency: tuple[str, ...]
    personal_data: bool
    cap_cents: int | None
    cap_per: Literal["run", "hour", "month"] | None
    assumptions: tuple[str, ...]
    checkpoint: Checkpoint | None = None
    """What training goes on from; None where it begins."""

    @property
    def sells(self) -> Literal["machine", "bucket"]:
        """What kind of offer is wanted."""
        return "bucket" if self.tool == "create_storage_bucket" else "machine"

    def tool_for(self, purchase: Purchase) -> str:
        """The tool that starts the main thing, bought this way."""
        return "launch_spot" if self.tool == "provision_compute" and purchase == "spot" else self.tool


def tools_for(brief: Brief, purchase: Purchase) -> tuple[str, ...]:
    """The tools that a plan for an offer that is bought this way calls, in their order."""
    if brief.tool == "submit_ml_job":
        return ("submit_ml_job",) if brief.checkpoint else ("create_storage_bucket", "submit_ml_job")
    return (brief.tool_for(purchase),)


def brief(work: Workload) -> Brief:
    """Fix what the words left open. Raises BadRequest for what no cloud could be asked for."""
    if work.nodes > MAX_NODES:
        raise BadRequest(f"{work.nodes} nodes are more than one run may start ({MAX_NODES}).", "Split the work.")
    notes: list[str] = []
    stays = work.kind in ("serving", "service", "storage")
    vcpus, memory = _size(work, notes)
    hours = _hours(work, stays, notes)
    egress = EGRESS_GIB[work.kind]
    places = choose_regions(work)
    if egress:
        notes.append(f"{egress:g} GiB {'a month ' if stays else ''}leave the cloud.")
    return Brief(
        kind=work.kind,
        tool=_tool(work),
        sort=character(work).sort,
        vcpus=vcpus,
        memory_gib=memory,
        gpu=work.gpu,
        gpu_count=work.gpu_count,
        nodes=work.nodes,
        hours=hours,
        storage_gib=_storage(work, notes),
        egress_gib=egress,
        purchase=_purchase(work, stays, notes),
        clouds=work.clouds,
        regions=places.regions,
        residency=work.residency,
        personal_data=work.personal_data,
        cap_cents=work.budget_cents,
        cap_per=work.budget_per,
        assumptions=(*sentences(work, places), *notes),
    )


def _tool(work: Workload) -> Literal["provision_compute", "submit_ml_job", "create_storage_bucket"]:
    if work.kind == "storage":
        return "create_storage_bucket"
    return "submit_ml_job" if work.kind == "training" else "provision_compute"


def _size(work: Workload, notes: list[str]) -> tuple[int, float]:
    if work.kind == "storage":
        return DEFAULT_SIZE["storage"]
    if work.gpu_count or work.vcpus or work.memory_gib:
        return work.vcpus or 1, work.memory_gib or 0.5
    vcpus, memory = DEFAULT_SIZE[work.kind]
    notes.append(f"No size was given: {vcpus} vCPUs and {memory:g} GiB are looked for.")
    return vcpus, memory


def _hours(work: Workload, stays: bool, notes: list[str]) -> float:
    if stays and work.hours is None:
        notes.append("It stays up until it is released; costs are for a month of 730 hours.")
        return HOURS_PER_MONTH
    hours = work.hours or work.deadline_hours or DEFAULT_HOURS.get(work.kind, HOURS_PER_MONTH)
    if work.hours is None:
        why = "the deadline" if work.deadline_hours else "no length was given"
        notes.append(f"{hours:g} hours are reckoned with ({why}).")
    if work.kind == "training" and hours > MAX_JOB_HOURS:
        raise BadRequest(f"A training job may run {MAX_JOB_HOURS} hours, not {hours:g}.", "Split it at a checkpoint.")
    if work.deadline_hours and work.hours and work.hours > work.deadline_hours:
        raise Unclear(
            f"Work of {work.hours:g} hours cannot be done within {work.deadline_hours:g}.",
            "How long does the work take, and within how many hours must it be done?",
        )
    return hours


def _storage(work: Workload, notes: list[str]) -> float:
    if work.kind == "storage":
        if work.storage_gib is None:
            notes.append(f"No size was given: {BUCKET_GIB} GiB are reckoned with.")
        return work.storage_gib or BUCKET_GIB
    if work.storage_gib is None:
        notes.append(f"Each machine has a disk of {DISK_GIB} GiB.")
    return max(work.storage_gib or 0, DISK_GIB)


def _purchase(work: Workload, stays: bool, notes: list[str]) -> Literal["any", "on_demand", "spot"]:
    if work.purchase == "any" and stays and work.kind != "storage":
        notes.append("On-demand machines only: people wait for its answers, and spot may vanish.")
        return "on_demand"
    return "on_demand" if work.kind == "storage" else work.purchase
