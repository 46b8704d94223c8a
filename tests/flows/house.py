"""What a flow does in the house: ask for something, break something, look at what the clouds hold."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from functions.cli.local import send_fault
from functions.cli.principal import local_principal
from functions.cli.workbench import workbench
from functions.serve.settings import Settings
from functions.serve.terms import approval_terms
from infra.local.faults import Fault
from mcp_handlers.kernel.clock import SystemClock
from tests.flows.holdings import holdings
from workflow.control.approvals.desk import Desk
from workflow.deploy.conduct import resume, start
from workflow.intake.request import make_request
from workflow.model.approval import Asked
from workflow.model.ports import Entry, Event, Reservation
from workflow.model.principal import Principal
from workflow.model.resource import Receipt
from workflow.model.run import Record, Run
from workflow.store.store import open_store


@dataclass
class House:
    """One flow's view: `events` are those of the run, in order."""

    told: Settings
    events: list[Event] = field(default_factory=list)

    async def ask(self, text: str, **options: Any) -> Run:
        """Conduct a request to its end."""
        principal = options.pop("principal", None) or local_principal()
        request = make_request(principal, text, SystemClock().now(), **options)
        async with workbench(self.told, principal, self.events.append, _unwatched) as (context, graph):
            return await start(context, graph, request)

    async def record(self, text: str, **options: Any) -> Record:
        """Conduct a request that must come to an end."""
        run = await self.ask(text, **options)
        assert run.record is not None
        return run.record

    async def say(self, run: Run, person: Principal, *, approved: bool, reason: str = "") -> Asked:
        """A person's word on what a run waits for."""
        async with open_store(self.told.database) as store:
            desk = Desk(store, SystemClock(), approval_terms())
            (asked,) = [a for a in await store.list_approvals(unclosed=True, limit=1000) if a.request.run == run.id]
            return await desk.say(person, asked.request.id, approved=approved, reason=reason)

    async def resume(self, run: Run) -> Run:
        """Go on with a run, in a graph of its own as another process would have it."""
        async with workbench(self.told, run.request.principal, self.events.append, _unwatched) as (context, graph):
            return await resume(context, graph, run.id)

    def fault(self, cloud: str, kind: str, **how: Any) -> None:
        """Make a cloud misbehave."""
        send_fault(self.told, cloud, Fault.model_validate({"kind": kind, **how}))

    def clear(self, cloud: str) -> None:
        """Take a cloud's faults away."""
        send_fault(self.told, cloud, None, clear=True)

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """The bodies of the run's events of one kind."""
        return [event.body for event in self.events if event.kind == kind]

    async def entries(self, run: str) -> list[Entry]:
        """The run's ledger entries."""
        async with open_store(self.told.database) as store:
            return list(await store.entries(run=run))

    async def receipt(self, key: str) -> Receipt | None:
        """What the control plane kept of an effect."""
        async with open_store(self.told.database) as store:
            return await store.get_receipt(key)

    async def reservations(self, run: str) -> list[Reservation]:
        """The run's money."""
        async with open_store(self.told.database) as store:
            return list(await store.list_reservations(run))

    async def holdings(self) -> dict[str, list[str]]:
        """Every machine, disk, bucket and live job that exists, by cloud, asked of the clouds themselves."""
        return await asyncio.to_thread(holdings, self.told.environment())


def _unwatched(tool: str, cloud: str, seconds: float) -> None:
    return None
