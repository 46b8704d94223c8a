"""The cleaner in an Azure Functions app (Python v2 model), started by a timer."""

from __future__ import annotations

import logging
import os

import azure.functions as func

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.azure.held import settings
from functions.azure.telling import observe
from functions.cleanup.tenants import swept

blueprint = func.Blueprint()
log = logging.getLogger(__name__)


@blueprint.function_name("cleanup")
@blueprint.timer_trigger(arg_name="timer", schedule="%TOLLGATE_TICK%")
async def cleanup(timer: func.TimerRequest) -> None:
    """One look for every tenant."""
    observe()
    for one in await swept(settings(), os.environ):
        log.info("swept: %s", one.model_dump_json())
