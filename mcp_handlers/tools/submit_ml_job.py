"""Submit a training job to the cloud's managed service, which starts the machines and ends them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from mcp_handlers.tools.contract import Created, Machine, Placed, ResourceId, Tool, Zone, release_created
from workflow.model.base import Purchase

_PATH = r"^[A-Za-z0-9_][A-Za-z0-9_=-]*(/[A-Za-z0-9_=-]+)*/?$"


class Input(Placed):
    """A container `image` run with `command` on `count` machines, stopped after `hours` at the latest.

    Results go to `bucket`, the id of a bucket resource in the same cloud, and checkpoints to `checkpoint_path` in it,
    where a later job may find them; the container reads the place from TOLLGATE_CHECKPOINTS. A spot job that is taken
    back is begun again up to `retries_on_preemption` times, as far as the cloud lets the number be set.
    """

    zone: Zone = ""
    machine: Machine
    count: int = Field(default=1, ge=1, le=1000)
    purchase: Purchase = "on_demand"
    disk_gib: int = Field(default=100, ge=10, le=65_536)
    hours: float = Field(gt=0, le=720)
    image: Annotated[str, Field(pattern=r"^[a-z0-9][A-Za-z0-9._/:@-]{2,254}$")]
    command: tuple[Annotated[str, Field(max_length=4096)], ...] = Field(default=(), max_length=64)
    bucket: ResourceId
    checkpoint_path: Annotated[str, Field(pattern=_PATH, max_length=256)] = "checkpoints/"
    retries_on_preemption: int = Field(default=0, ge=0, le=10)

    @model_validator(mode="after")
    def _only_spot_is_taken_back(self) -> Self:
        if self.retries_on_preemption and self.purchase != "spot":
            raise ValueError("retries_on_preemption is for purchase spot")
        return self


class Output(Created):
    """One resource of kind `job`."""


TOOL = Tool(
    name="submit_ml_job",
    summary="Run a training container on the cloud's managed service, on demand or spot, with a maximum runtime.",
    risk="write",
    input=Input,
    output=Output,
    undo=release_created,
)
