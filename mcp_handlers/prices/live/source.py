"""What a live source of prices is: parts, read page by page, and rows composed from what all pages held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from workflow.model.errors import Terminal

Item = dict[str, str]
"""One price as a source's page has it, reduced to what the rows need. It is what progress keeps."""
Line = Mapping[str, str]
"""One line of a snapshot, by column."""

COLUMNS = (
    "instance_type",
    "vcpus",
    "memory_gib",
    "gpu",
    "gpu_count",
    "arch",
    "region",
    "zone",
    "on_demand_usd_h",
    "spot_usd_h",
    "observed",
    "basis",
)
"""The columns of a snapshot, in order."""
UNREADABLE = "unreadable"
"""Why an item was left out whose shape is another than the one that is known."""


class CursorGone(Terminal):
    """The source does not know the cursor any more: the part is read again from its start."""


@dataclass(frozen=True)
class Page:
    """A page's items. `cursor` leads to the next page and is empty on a part's last. `dropped` counts what was left
    out, by reason."""

    items: tuple[Item, ...]
    cursor: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Skipped:
    """A machine that was not priced somewhere (everywhere, where `region` is empty), and why."""

    machine: str
    region: str
    why: str


@dataclass(frozen=True)
class Composed:
    """A snapshot's lines, without the date that they were seen, and what could not be priced."""

    lines: tuple[Line, ...]
    skipped: tuple[Skipped, ...]


class Source(Protocol):
    """One cloud's live prices."""

    cloud: str

    @property
    def address(self) -> str:
        """Where it is read from: progress of another address is not gone on with."""

    def parts(self) -> Sequence[str]:
        """What is read one after another; each has pages of its own."""

    def page(self, part: str, cursor: str) -> Page:
        """One page; the part's first where `cursor` is empty.

        Raises CursorGone, Throttled or CloudDown (later it may go), NoPermission, Rejected, or PricesRefused where
        the answer has another shape or leads elsewhere.
        """

    def compose(self, items: Iterable[Item], known: Sequence[Line]) -> Composed:
        """The lines for all items; `known` are the lines of the snapshot before, which tell sizes."""


def line(machine: Line, region: str, zone: str, on_demand: object, spot: object) -> Line:
    """A snapshot's line for a machine whose size and GPUs stand in `machine`; all columns but `observed`."""
    size = {column: machine[column] for column in ("instance_type", "vcpus", "memory_gib", "gpu", "gpu_count", "arch")}
    place = {"region": region, "zone": zone}
    return {**size, **place, "on_demand_usd_h": str(on_demand), "spot_usd_h": str(spot), "basis": "list"}
