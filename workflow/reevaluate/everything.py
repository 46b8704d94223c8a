"""All that lives, page by page; and savings whose deployment is gone, brought to an end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workflow.deploy.state import dump
from workflow.model.deployment import Deployment, Saving, SavingState
from workflow.model.ports import Event, Store

PAGE = 200


async def deployments(store: Store) -> list[Deployment]:
    """Every live deployment, in order of its run's id."""
    found: list[Deployment] = []
    while page := await store.list_deployments(after=found[-1].run if found else "", limit=PAGE):
        found += page
    return found


async def close_gone(store: Store, live: Sequence[Deployment], now: datetime) -> list[Saving]:
    """End what was found on deployments that are gone: taken by the move that released the last of them, else lapsed.

    A process that dies just after the last release leaves such a move.
    """
    there, ended = {each.run for each in live}, []
    for saving in await store.list_savings(opened=True):
        if saving.deployment in there:
            continue
        run = await store.get_run(saving.id) if saving.state == "moving" else None
        moved = run is not None and run.state == "succeeded"
        state: SavingState = "taken" if moved else "lapsed"
        reason = "" if moved else "The deployment was released."
        kept = saving.model_copy(update={"state": state, "reason": reason, "changed_at": now})
        event = Event(run=kept.id, tenant=kept.tenant, kind=f"saving.{state}", body={"saving": dump(kept)}, at=now)
        if await store.save_saving(kept, event):
            ended.append(kept)
    return ended
