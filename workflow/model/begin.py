"""A run at its first moment. Pure."""

from __future__ import annotations

from datetime import datetime

from workflow.model.base import Json
from workflow.model.ports import Event
from workflow.model.run import Run
from workflow.model.workload import Request


def begin(request: Request, now: datetime, **more: str) -> tuple[Run, Event]:
    """The run that a request becomes, and the first entry about it. `more` goes into the entry beside the request."""
    tenant = request.principal.tenant
    run = Run(id=request.id, tenant=tenant, state="running", request=request, created_at=now, updated_at=now)
    body: Json = {"request": request.model_dump(mode="json"), **more}
    return run, Event(run=run.id, tenant=tenant, kind="requested", body=body, at=now)
