"""The stores that the contract suite is run on, and the nouns that it stores."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.contract.postgres_server import fresh_schema
from workflow.model.ports import Event, Reservation, Spend
from workflow.model.principal import Principal
from workflow.model.resource import Receipt
from workflow.model.run import Record, Run
from workflow.model.workload import Request

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOTHING = Spend(tenant_month_cents=0, project_month_cents=0)


@dataclass(frozen=True)
class StoreUnderTest:
    """A module with `open_store(place)`, and where a fresh store may be put."""

    module: str
    place: Callable[[Path], str]

    def open(self, place: str) -> AbstractAsyncContextManager[Any]:
        """The store at `place`; opened twice, it is the same store."""
        opened: AbstractAsyncContextManager[Any] = importlib.import_module(self.module).open_store(place)
        return opened


STORES = {
    "sqlite": StoreUnderTest("workflow.store.store", lambda folder: str(folder / "store.db")),
    "postgres": StoreUnderTest("workflow.store.store", lambda folder: fresh_schema()),
}


def later(seconds: float) -> datetime:
    """A moment after NOW."""
    return NOW + timedelta(seconds=seconds)


def a_run(name: str = "run-1", **changes: Any) -> Run:
    """A running run."""
    principal = Principal(id="ana", tenant=changes.get("tenant", "acme"), roles=("deployer",))
    request = Request(id=f"request-{name}", text="one machine, please", principal=principal, submitted_at=NOW)
    fields = {"tenant": "acme", "state": "running", "created_at": NOW, "updated_at": NOW, **changes}
    return Run(id=name, request=request, **fields)


def a_record(run: Run, **changes: Any) -> Record:
    """The record of a run that went well."""
    fields = {"state": "succeeded", "reason": "It is healthy.", "started_at": NOW, "finished_at": later(9), **changes}
    return Record(run=run.id, request=run.request, workload=None, **fields)


def an_event(run: str = "run-1", kind: str = "step.done", **body: Any) -> Event:
    """An event about a run."""
    return Event(run=run, tenant="acme", kind=kind, body=body, at=NOW)


def a_receipt(key: str = "key-1", **changes: Any) -> Receipt:
    """What an effect left."""
    fields = {"run": "run-1", "arguments_digest": "digest-1", "output": {"id": "i-1"}, **changes}
    return Receipt(
        key=key, step="machine", tool="provision_compute", cloud="aws", decision_digest="d", policy_revision="r",
        resources=(), started_at=NOW, finished_at=later(2), **fields,
    )  # fmt: skip


def a_reservation(key: str = "key-1", cents: int = 100, **changes: Any) -> Reservation:
    """Money to hold."""
    fields = {"run": "run-1", "tenant": "acme", "project": "default", "at": NOW, **changes}
    return Reservation(key=key, cents=cents, **fields)


def spent(tenant: int, project: int | None = None) -> Spend:
    """A Spend in cents; the project's is the tenant's where it is not told."""
    return Spend(tenant_month_cents=tenant, project_month_cents=tenant if project is None else project)
