"""Switching a tool or a cloud off and on again, and the control plane's word on what is off."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError

from workflow.control.emergency import Emergency
from workflow.model.base import Json
from workflow.model.errors import BadRequest, NotFound
from workflow.model.ports import Event
from workflow.model.principal import Principal
from workflow.model.switch import Off, Switch, Switchable, Switches

OFF = "call.off"
"""The ledger's entry of a write, or of a whole plan, that was refused because what it needs is off."""


async def standing(store: Switches) -> Off:
    """What is off at this moment."""
    return Off.of(await store.list_switches())


async def switch_off(hand: Emergency, kind: Switchable, name: str, reason: str) -> bool:
    """Switch a tool or a cloud off, here at once and on every function in a minute; False where it was off before."""
    try:
        switch = Switch(kind=kind, name=name, reason=reason, who=hand.who, at=hand.clock.now())
    except ValidationError:
        raise BadRequest("A reason has 1 to 500 characters.", "Say why in some words.") from None
    new = await hand.store.switch_off(switch, hand.event("flag.off", switch.model_dump(mode="json")))
    await hand.publish()
    return new


async def switch_on(hand: Emergency, kind: Switchable, name: str) -> None:
    """Switch it on again. Raises NotFound where it was not off."""
    event = hand.event("flag.on", {"kind": kind, "name": name, "who": hand.who})
    if not await hand.store.switch_on(kind, name, event):
        raise NotFound(f"The {kind} {name} is not switched off.", "`tollgate flags list` shows what is.")
    await hand.publish()


def refused_off(principal: Principal, run: str, body: Json, now: datetime) -> Event:
    """The entry of a refusal: what was refused, and why."""
    return Event(run=run, tenant=principal.tenant, kind=OFF, body=body, at=now)
