"""Start on-demand machines."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mcp_handlers.tools.contract import Created, Machine, Placed, Tool, Zone, release_created


class Input(Placed):
    """`count` machines of type `machine`, each with a boot disk of `disk_gib` GiB, wanted for `hours` hours
    (None: until released)."""

    zone: Zone = ""
    machine: Machine
    arch: Literal["x86_64", "arm64"] = "x86_64"
    count: int = Field(default=1, ge=1, le=1000)
    disk_gib: int = Field(default=50, ge=10, le=65_536)
    hours: float | None = Field(default=None, gt=0, le=100_000)


class Output(Created):
    """One resource of kind `instance` per machine."""


TOOL = Tool(
    name="provision_compute",
    summary="Start on-demand machines, encrypted and without a public address, tagged with tenant, run and owner.",
    risk="write",
    input=Input,
    output=Output,
    undo=release_created,
)
