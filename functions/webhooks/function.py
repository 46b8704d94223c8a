"""One door as a function: the store is opened, one delivery is taken in, and it is answered."""

from __future__ import annotations

import os
from collections.abc import Mapping

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.orchestrate.wake import wake
from functions.serve.settings import Settings, settings
from functions.webhooks.acting import Acting
from functions.webhooks.doors import door
from functions.webhooks.people import people
from functions.webhooks.port import Answer, Posted
from functions.webhooks.reception import Reception
from mcp_handlers.kernel.clock import SystemClock
from workflow.control.approvals.desk import Desk
from workflow.intake.intake import Intake
from workflow.model.approval import STRICT
from workflow.model.errors import BadRequest
from workflow.model.ports import Store
from workflow.store.store import open_store


def reception(store: Store, environ: Mapping[str, str] = os.environ) -> Reception:
    """Over the store, with the people that are set."""
    clock, waking = SystemClock(), wake(environ)
    # Nothing is put to people here, so that no terms for it are needed.
    desk = Desk(store, clock, STRICT, waking)
    return Reception(store, Acting(store, Intake(store, waking, clock), desk, people(environ), clock), clock)


async def receive(name: str, headers: Mapping[str, str], body: bytes, told: Settings | None = None) -> Answer:
    """One delivery to the door of this name. 404 where there is none, or it is not set up."""
    told = told or settings()
    environ = {**os.environ, **told.doors}
    try:
        wanted = door(name, environ)
    except BadRequest as error:
        return Answer(404, {"error": {"code": error.code, "message": error.message, "remedy": error.remedy}})
    async with open_store(told.database) as store:
        posted = Posted({key.lower(): value for key, value in headers.items()}, body)
        return await reception(store, environ).receive(wanted, posted)


def headers_of(answer: Answer) -> dict[str, str]:
    """What goes along with an answer."""
    return {"content-type": "application/json", "cache-control": "no-store", **answer.headers}
