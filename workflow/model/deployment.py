"""What lives on after its run, and what was found to be saved on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import Field

from workflow.model.base import Noun
from workflow.model.offer import Offer
from workflow.model.plan import Cost
from workflow.model.resource import Resource
from workflow.model.run import Record
from workflow.model.workload import Kind

if TYPE_CHECKING:
    from workflow.model.ports import Event

LASTING: tuple[Kind, ...] = ("serving", "service", "storage")
"""Work that stays up after its run, until it is released."""
SavingState = Literal["found", "proposed", "moving", "taken", "refused", "lapsed"]
OPEN: tuple[SavingState, ...] = ("found", "proposed", "moving")


class Deployment(Noun):
    """A succeeded run whose resources are there still. `resources` are those that were not released."""

    record: Record
    resources: tuple[Resource, ...] = Field(min_length=1)

    @property
    def run(self) -> str:
        """The run that made it."""
        return self.record.run


class Saving(Noun):
    """A cheaper place that was found for a deployment, and what became of it.

    `id` is also the id of the run that moves it. `offer` and `cost` are what it would move to, priced from the
    snapshot that the offer names; `was` is the snapshot that today's price of the old place is from. `found`: looked
    at until it has lasted; `lapsed`: it was gone before anybody decided.
    """

    id: str
    deployment: str
    tenant: str
    state: SavingState
    offer: Offer
    cost: Cost
    was: str
    saving_cents_month: int
    migration_cents: int
    approval: str = ""
    reason: str = ""
    found_at: datetime
    changed_at: datetime


class Deployments(Protocol):
    """What lives on. A run that ends well adds to it, a receipt of a release takes from it."""

    async def list_deployments(
        self, *, tenant: str | None = None, after: str = "", limit: int = 100
    ) -> Sequence[Deployment]:
        """Up to `limit` of them in order of their runs' ids, from just after the run `after`."""


class Savings(Protocol):
    """What was found, one open saving for each deployment at most."""

    async def save_saving(self, saving: Saving, event: Event) -> bool:
        """Insert, or replace by id, and write the event. False, and nothing is written, where the deployment has
        another open one, or this one has ended."""

    async def get_saving(self, name: str) -> Saving | None:
        """The saving by its id, or None."""

    async def list_savings(
        self,
        *,
        tenant: str | None = None,
        deployment: str | None = None,
        opened: bool = False,
        limit: int | None = None,
    ) -> Sequence[Saving]:
        """Newest first; `opened` leaves out those that have ended."""
