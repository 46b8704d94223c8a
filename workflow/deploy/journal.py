"""Each stage's word to the ledger, and to whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workflow.model.base import Json
from workflow.model.ports import Clock, Event, Store
from workflow.model.workload import Request

Observer = Callable[[Event], None]


@dataclass(frozen=True)
class Journal:
    """Appends events of one run; `observer` sees each after it is kept."""

    store: Store
    clock: Clock
    observer: Observer

    async def write(self, request: Request, kind: str, body: Json) -> None:
        """One event, kept first and shown then."""
        event = self.event(request, kind, body)
        await self.store.append(event)
        self.observer(event)

    def event(self, request: Request, kind: str, body: Json) -> Event:
        """An event of the run, dated now."""
        return Event(run=request.id, tenant=request.principal.tenant, kind=kind, body=body, at=self.clock.now())
