"""What Google must be told about a machine type: its GPUs, its kind of disk and its boot image."""

from __future__ import annotations

from dataclasses import dataclass

from mcp_handlers.prices import catalog
from workflow.model.errors import Rejected

ACCELERATORS = {
    "A100": "nvidia-tesla-a100",
    "A100-80GB": "nvidia-a100-80gb",
    "B200": "nvidia-b200",
    "H100": "nvidia-h100-80gb",
    "H100-MEGA": "nvidia-h100-mega-80gb",
    "H200": "nvidia-h200-141gb",
    "L4": "nvidia-l4",
    "P100": "nvidia-tesla-p100",
    "T4": "nvidia-tesla-t4",
    "V100": "nvidia-tesla-v100",
}
"""Compute's accelerator types by the catalog's GPU names; Vertex AI writes them in capitals with `_`.

Source: https://cloud.google.com/compute/docs/gpus and Vertex AI's MachineSpec reference.
"""
_HYPERDISK_ONLY = ("a4-", "a3-ultragpu-", "c4-", "c4d-", "n4-")
"""Machine series that take no persistent disk. Source: https://cloud.google.com/compute/docs/disks/hyperdisks."""


@dataclass(frozen=True)
class Machine:
    """`type` is Google's name. `attached` GPUs are asked for beside it; built-in ones come with the type."""

    type: str
    vcpus: int
    gpu: str
    gpu_count: int
    attached: bool

    @property
    def series(self) -> str:
        """`n1` of `n1-standard-8`."""
        return self.type.partition("-")[0]

    @property
    def accelerator(self) -> str:
        """Compute's name of the GPU; empty where there is none."""
        return ACCELERATORS[self.gpu] if self.gpu else ""

    @property
    def hyperdisk(self) -> bool:
        """True where the boot disk must be a Hyperdisk."""
        return self.type.startswith(_HYPERDISK_ONLY)


def known(name: str) -> Machine | None:
    """The machine that the catalog sells as `name`: `n1-standard-8.2xT4` is an n1-standard-8 with two T4s."""
    facts = catalog.load_cloud("gcp").machine(name)
    if facts is None:
        return None
    base, _, attached = name.partition(".")
    return Machine(base, facts.vcpus, facts.gpu or "", facts.gpu_count, bool(attached))


def machine(name: str) -> Machine:
    """As `known`. Raises Rejected for a name that the catalog lacks, or a GPU that no API name is known of."""
    found = known(name)
    if found is None:
        raise Rejected(f"gcp: machine type {name!r} is not in the price file")
    if found.gpu and found.gpu not in ACCELERATORS:
        raise Rejected(f"gcp: GPU {found.gpu!r} of machine type {name!r} is not known here")
    return found
