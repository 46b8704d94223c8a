"""Clouds that cannot be reached, for every run: since when, how their probes went, and where that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from workflow.model.base import Cloud, Noun

if TYPE_CHECKING:
    from workflow.model.ports import Event


class Degraded(Noun):
    """A cloud that no run uses for now. `region` is where it was noticed, empty where even its tools did not answer.

    `good` counts the probes that were answered in a row, of which the first was at `good_since`.
    """

    cloud: Cloud
    region: str = ""
    reason: str
    since: datetime
    good: int = 0
    good_since: datetime | None = None
    probed_at: datetime | None = None

    def after(self, at: datetime, *, answered: bool) -> Degraded:
        """With one more probe. A probe that went wrong begins the row again."""
        if self.probed_at is not None and at <= self.probed_at:
            return self
        good = self.good + 1 if answered else 0
        since = (self.good_since or at) if answered else None
        return self.model_copy(update={"good": good, "good_since": since, "probed_at": at})


class Outages(Protocol):
    """The clouds that are degraded. The event is kept where something changed, in the same transaction."""

    async def list_degraded(self) -> Sequence[Degraded]:
        """By name."""

    async def mark_degraded(self, outage: Degraded, event: Event) -> bool:
        """Keep it; False where the cloud is degraded already, and its row of good probes begins again."""

    async def note_probe(self, cloud: str, at: datetime, *, answered: bool) -> Degraded | None:
        """Keep a probe and return what is kept now; None where the cloud is not degraded."""

    async def mark_restored(self, cloud: str, event: Event) -> bool:
        """Take the cloud back; False where it was not degraded."""
