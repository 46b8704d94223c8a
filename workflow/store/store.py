"""The Store: every family of tables over one database, whichever engine is beneath."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from workflow.store.api_keys import ApiKeyStore
from workflow.store.approvals import ApprovalStore
from workflow.store.archive import ArchiveStore
from workflow.store.budget import BudgetStore
from workflow.store.database import Database, Where, is_url
from workflow.store.degraded import DegradedStore
from workflow.store.deliveries import DeliveryStore
from workflow.store.deployments import DeploymentStore
from workflow.store.elevations import ElevationStore
from workflow.store.emergencies import EmergencyStore
from workflow.store.events import LedgerStore
from workflow.store.leases import LeaseStore
from workflow.store.listing import ListingStore
from workflow.store.migrate import migrate
from workflow.store.model_spending import ModelSpendingStore
from workflow.store.outbox import OutboxStore
from workflow.store.receipts import ReceiptStore
from workflow.store.runs import RunStore
from workflow.store.savings import SavingStore
from workflow.store.spending import SpendingStore
from workflow.store.sqlite import open_sqlite
from workflow.store.standing import StandingStore
from workflow.store.submissions import SubmissionStore
from workflow.store.switches import SwitchStore


class Store(
    RunStore,
    ReceiptStore,
    BudgetStore,
    SpendingStore,
    LedgerStore,
    ArchiveStore,
    ApprovalStore,
    ElevationStore,
    ApiKeyStore,
    EmergencyStore,
    SwitchStore,
    StandingStore,
    LeaseStore,
    SubmissionStore,
    OutboxStore,
    DeliveryStore,
    ListingStore,
    DegradedStore,
    DeploymentStore,
    SavingStore,
    ModelSpendingStore,
):
    """The Store port. Every method is one transaction; `open_store` makes one."""


@asynccontextmanager
async def open_store(where: Where) -> AsyncIterator[Store]:
    """The store in the SQLite file or the PostgreSQL database at `where`, brought up to date. A missing file is made.

    Raises Terminal where the database cannot be used or is newer than this code, Retryable where it is busy or gone.
    """
    async with _open(where) as database:
        await migrate(database)
        yield Store(database)


@asynccontextmanager
async def _open(where: Where) -> AsyncIterator[Database]:
    if is_url(where):
        # Only who has a PostgreSQL pays for importing its driver.
        from workflow.store.postgres import open_postgres

        async with open_postgres(str(where)) as database:
            yield database
    else:
        async with open_sqlite(where) as file:
            yield file
