"""What a cloud is long about is waited for without a process: the run is parked, and looked at again now and then."""

from __future__ import annotations

from datetime import datetime, timedelta

from workflow.deploy.context import Context
from workflow.deploy.edge import Parks
from workflow.model.lease import Wait
from workflow.model.workload import Request

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=10)


def next_look(since: datetime, now: datetime, patience: timedelta) -> datetime | None:
    """When to look again at what began at `since`: after half as long again. None where patience has ended. Pure."""
    if now - since >= patience:
        return None
    pause = min(max((now - since) / 2, FIRST_PAUSE), LONGEST_PAUSE)
    return min(now + pause, since + patience)


async def await_operation(
    context: Context, request: Request, subject: str, since: datetime, reason: str, patience: timedelta | None = None
) -> None:
    """Raise Parks until the next look at the operation `subject`. Returns where nobody waits for it any more: it has
    taken longer than `patience`, by itself what an operator has set, or somebody cancelled the run."""
    now, place = context.clock.now(), await context.store.get_place(request.id)
    wake_at = next_look(since, now, patience or timedelta(minutes=context.failover.operation_minutes))
    if wake_at is None or (place is not None and place.cancel is not None):
        return
    body = {"subject": subject, "since": since.isoformat(), "wake_at": wake_at.isoformat(), "reason": reason}
    await context.journal.write(request, "operation.awaited", body)
    raise Parks(Wait(kind="operation", subject=subject, wake_at=wake_at, reason=reason))
