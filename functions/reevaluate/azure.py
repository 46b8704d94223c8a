"""The re-evaluation in an Azure Functions app (Python v2 model), started by a timer: one look at all that lives."""

from __future__ import annotations

import json
import logging

import azure.functions as func

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.azure.held import settings
from functions.azure.telling import observe
from functions.reevaluate.tick import tick

blueprint = func.Blueprint()
log = logging.getLogger(__name__)


@blueprint.function_name("reevaluate")
@blueprint.timer_trigger(arg_name="timer", schedule="%TOLLGATE_TICK%")
async def reevaluate(timer: func.TimerRequest) -> None:
    """One round."""
    observe()
    found = await tick(settings(), dry_run=False)
    log.info("reevaluated: %s", json.dumps(found.summary()))
