"""What a machine's name tells: its family, an accelerator that is no GPU, that it should have GPUs, or its twin without
local disks.

The patterns are data (`data/names.csv`), per cloud, so that a new cloud brings lines and no code.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Names:
    """One cloud's naming rules. `family` are substitutions, made in order; the others are searched for.

    `local_disks` take out of a name what says that the machine has disks of its own.
    """

    family_rules: tuple[tuple[re.Pattern[str], str], ...]
    accelerators: tuple[tuple[re.Pattern[str], str], ...]
    gpu_series: tuple[re.Pattern[str], ...]
    local_disks: tuple[tuple[re.Pattern[str], str], ...] = ()

    def family(self, machine: str) -> str:
        """The series with its version and without the size: m5, NCads_A100_v4, n1-standard.

        A machine that comes with fewer cores (E64-16s_v3) is of the same family as the full one.
        """
        for pattern, replacement in self.family_rules:
            machine = pattern.sub(replacement, machine)
        return machine

    def accelerator(self, machine: str) -> str:
        """What the machine carries that is no GPU (FPGA, TPU ...), or nothing."""
        return next((kind for pattern, kind in self.accelerators if pattern.search(machine)), "")

    def has_gpus(self, machine: str) -> bool:
        """True where the name says that the machine carries GPUs."""
        return any(pattern.search(machine) for pattern in self.gpu_series)

    def without_disks(self, machine: str) -> str:
        """The same machine without local disks; empty where the name tells of none."""
        for pattern, replacement in self.local_disks:
            twin, found = pattern.subn(replacement, machine)
            if found:
                return twin
        return ""


def load(cloud: str) -> Names:
    """The naming rules of `cloud`. One without any has machines that are their own families."""
    with (DATA / "names.csv").open(encoding="utf-8", newline="") as file:
        mine = [line for line in csv.DictReader(file) if line["cloud"] == cloud]
    rules: dict[str, list[tuple[re.Pattern[str], str]]] = {"family": [], "accelerator": [], "gpu": [], "local_disk": []}
    for line in mine:
        rules[line["meaning"]].append((re.compile(line["pattern"]), line["replacement"]))
    return Names(
        family_rules=tuple(rules["family"]),
        accelerators=tuple(rules["accelerator"]),
        gpu_series=tuple(pattern for pattern, _ in rules["gpu"]),
        local_disks=tuple(rules["local_disk"]),
    )
