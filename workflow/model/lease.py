"""Who has a run in hand, and what a run in nobody's hand waits for. Waiting is data: no process waits.

A run that has not ended has one place in the table: `due_at` is when somebody should next look at it. In hand, that is
the end of the lease; parked, the time to wake; else now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, Self

from pydantic import Field

from workflow.model.base import Noun
from workflow.model.run import Run

if TYPE_CHECKING:
    from workflow.model.ports import Event

FENCE = "fence"
"""Under which name a lease's token goes along in a graph's configuration, and so into its checkpoints."""
STUCK_TRIES = 5
"""How often a run may be taken without coming any further before it counts as stuck."""


class Lease(Noun):
    """Leave to go on with a run, until another takes it. `token` counts every taking of this run: only what carries
    the newest is written. `tries` counts the takings since it last came to a place to wait."""

    run: str
    token: int
    holder: str
    tries: int = 0


class Wait(Noun):
    """What a parked run waits for: a time, people's answer to the approval `subject`, or the operation `subject`.

    It is looked at when `wake_at` has come, whatever it waits for; an approval that is decided wakes it earlier.
    """

    kind: Literal["time", "approval", "operation"]
    wake_at: datetime
    subject: str = ""
    reason: str = ""


class Cancel(Noun):
    """Somebody's wish that a run end."""

    by: str
    reason: str = Field(default="", max_length=1_000)
    at: datetime


class Place(Noun):
    """Where a run stands. `due_at` None: it has ended. `lease` is who has, or last had, it in hand."""

    lease: Lease
    held: bool
    due_at: datetime | None
    wait: Wait | None = None
    cancel: Cancel | None = None
    stuck_at: datetime | None = None


class Leases(Protocol):
    """Taking runs in hand, and putting them down. Whoever comes too late is told LeaseLost, and nothing is kept."""

    def under(self, lease: Lease) -> Self:
        """The same store, each of whose writing transactions is kept only if this lease is the run's newest."""

    async def begin_run(self, run: Run, holder: str, until: datetime, event: Event) -> Lease:
        """Keep a new run, in hand from its first moment, with the event that says so."""

    async def claim_runs(self, holder: str, now: datetime, until: datetime, limit: int) -> Sequence[Lease]:
        """Take up to `limit` runs that are due, the longest due first. No two callers are given the same."""

    async def take_run(self, run: str, holder: str, now: datetime, until: datetime, *, over: str = "") -> Lease | None:
        """Take this run, due or not; None where somebody other than `over` has it in hand, or it has ended."""

    async def renew_lease(self, lease: Lease, until: datetime) -> None:
        """Keep it in hand for longer."""

    async def park_run(self, lease: Lease, run: Run, wait: Wait, now: datetime) -> None:
        """Put the run down until what it waits for. An approval that was decided meanwhile makes it due at once."""

    async def release_run(self, lease: Lease, due_at: datetime, *, further: bool = False) -> None:
        """Put the run down as it is, to be gone on with from `due_at` on. Nothing where it was taken or has ended.

        `further`: it came further in this hand, so this taking does not count towards being stuck.
        """

    async def cancel_run(self, run: str, cancel: Cancel, event: Event) -> bool:
        """Ask that the run end, and make it due where nobody has it in hand. False where that was asked before, or it
        has ended."""

    async def note_stuck(self, lease: Lease, now: datetime, event: Event) -> bool:
        """Write down that the run is stuck; False where it was written before."""

    async def get_place(self, run: str) -> Place | None:
        """Where the run stands, or None."""

    async def list_places(self, *, overdue: datetime, limit: int = 50) -> Sequence[Place]:
        """Runs that are stuck: taken STUCK_TRIES times for nothing, or due since before `overdue` and not taken."""
