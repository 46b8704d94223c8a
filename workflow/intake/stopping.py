"""A wish that a run end: whose it may be, and where it is kept."""

from __future__ import annotations

from workflow.model.approval import MAX_REASON
from workflow.model.errors import Conflict, Forbidden, NotFound
from workflow.model.lease import Cancel
from workflow.model.ports import Clock, Event, Store
from workflow.model.principal import Principal
from workflow.model.run import Run

MAY_CANCEL = frozenset({"operator", "admin"})
"""Roles that may end other people's runs. Everybody may end their own."""


async def find_run(store: Store, principal: Principal, name: str) -> Run:
    """A run of the principal's tenant. Raises NotFound for any other, so that nobody learns of it."""
    run = await store.get_run(name)
    if run is None or run.tenant != principal.tenant:
        raise NotFound(f"There is no run {name[:64]}.", "List them with `tollgate runs list`.")
    return run


async def ask_to_cancel(store: Store, clock: Clock, principal: Principal, name: str, reason: str) -> Run:
    """Keep the wish, and make the run due where nobody has it in hand. Asked before, it stays as it was.

    Raises NotFound, Forbidden for who has no say in it, and Conflict where it has ended.
    """
    run = await find_run(store, principal, name)
    if principal.id != run.request.principal.id and not MAY_CANCEL & set(principal.roles):
        raise Forbidden(
            f"{principal.id} may not end a run of {run.request.principal.id}.", "Let them do it, or an operator."
        )
    if run.record is not None:
        raise Conflict(f"Run {name} has ended: {run.record.state}.", "There is nothing left to cancel.")
    wish = Cancel(by=principal.id, reason=reason.strip()[:MAX_REASON], at=clock.now())
    body = wish.model_dump(mode="json")
    asked = Event(run=name, tenant=run.tenant, kind="run.cancel_asked", body=body, at=wish.at)
    await store.cancel_run(name, wish, asked)
    return run
