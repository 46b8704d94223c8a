"""Price a need in one cloud: which machines or buckets fit, where, and what they would cost."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mcp_handlers.tools.contract import Region, Tool
from workflow.model.base import Noun
from workflow.model.offer import Exclusion, Offer
from workflow.model.plan import Cost


class Input(Noun):
    """What is needed, per machine, and how long.

    `gpu` None with `gpu_count` > 0 means any type; a plain A100 is also satisfied by an A100-80GB. Empty tuples do not
    restrict. `jurisdictions`: any one of them. `each`: the cheapest offer per region and purchase, or per machine too.
    A disk is one by itself, of `storage_gib` GiB. `managed`: priced as a managed training job. `hours` is the whole
    stay; storage and egress are GiB for all of it.
    """

    sells: Literal["machine", "bucket", "disk"] = "machine"
    vcpus: int = Field(default=1, ge=1, le=100_000)
    memory_gib: float = Field(default=0.5, ge=0, le=1_000_000)
    gpu: Annotated[str, Field(max_length=32)] | None = None
    gpu_count: int = Field(default=0, ge=0, le=10_000)
    arch: Literal["any", "x86_64", "arm64"] = "any"
    purchase: Literal["any", "on_demand", "spot"] = "any"
    machine: Annotated[str, Field(max_length=64)] = ""
    regions: tuple[Region, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    exclude: tuple[Exclusion, ...] = ()
    exclude_families: tuple[str, ...] = ()
    nodes: int = Field(default=1, ge=1, le=100_000)
    hours: float = Field(default=1, gt=0, le=1_000_000)
    storage_gib: float = Field(default=0, ge=0, le=1e9)
    egress_gib: float = Field(default=0, ge=0, le=1e9)
    managed: bool = False
    each: Literal["region", "machine"] = "region"
    limit: int = Field(default=20, ge=1, le=2000)


class Priced(Noun):
    """An offer with what it would cost for this need."""

    offer: Offer
    cost: Cost


class Output(Noun):
    """Cheapest first by `cost.ranked`. `matched` counts what fitted before `each` and `limit`.

    `snapshot` names the price file.
    """

    offers: tuple[Priced, ...]
    matched: int
    snapshot: str


TOOL = Tool(
    name="get_cost_estimate",
    summary="List what fits a need in this cloud with price per hour and total cost, cheapest first.",
    risk="read",
    input=Input,
    output=Output,
)
