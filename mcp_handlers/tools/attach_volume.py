"""Create an encrypted volume and attach it to a machine."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from mcp_handlers.tools.contract import Created, Existing, Placed, Tool, Zone, release_created
from workflow.model.errors import NotFound, Rejected


class Input(Placed):
    """A volume of `size_gib` GiB, of the cloud's general-purpose SSD kind, for `instance`, a machine of the same tenant
    in `region`. It is made in the machine's own zone; a `zone` that is named must be that one.

    The limits of the size are those that all clouds share.
    """

    instance: Existing
    size_gib: int = Field(ge=10, le=32_767)
    zone: Zone = ""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.instance.kind != "instance":
            raise ValueError("a volume is attached to a resource of kind instance")
        if self.instance.region != self.region:
            raise ValueError("the machine must be in the region of the volume")
        return self


class Output(Created):
    """One resource of kind `volume`; `device` is the path by which the machine finds it."""

    device: str


TOOL = Tool(
    name="attach_volume",
    summary="Create an encrypted volume in a machine's own zone and attach it to the machine.",
    risk="write",
    input=Input,
    output=Output,
    undo=release_created,
)


def insist_same_place(wanted: Input, region: str, zone: str) -> None:
    """Hold what was asked against where the cloud says that the machine is. `zone` is empty where it is in none.

    Raises NotFound for a machine in another region, Rejected where another zone than the machine's was asked for.
    """
    machine = wanted.instance.id
    if region != wanted.region:
        raise NotFound(f"The machine {machine} is not in {wanted.region}.", "Name the region that the machine is in.")
    if wanted.zone not in ("", zone):
        place = f"in zone {zone}" if zone else "in no zone"
        remedy = f"ask for zone {zone}, or for none" if zone else "ask for no zone"
        raise Rejected(
            f"The machine {machine} is {place}, the volume was asked for in zone {wanted.zone}.",
            f"A volume can only be attached in its own zone: {remedy}, or start a machine in zone {wanted.zone}.",
        )
