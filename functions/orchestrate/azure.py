"""The orchestrator in an Azure Functions app (Python v2 model): started by a timer, or early by the queue. Both mean:
look now."""

from __future__ import annotations

import logging
import os
from datetime import timedelta

import azure.functions as func

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.azure.held import settings
from functions.azure.telling import observe
from functions.orchestrate.invocation import tick_within
from mcp_handlers.kernel import deadline

TICK = "%TOLLGATE_TICK%"
"""The host puts this setting here: when it looks, as `second minute hour day month weekday`."""
QUEUE, CONNECTION = "%TOLLGATE_WAKE_NAME%", "TOLLGATE_WAKE"
"""The queue's name, and what the settings about its namespace begin with."""

blueprint = func.Blueprint()
log = logging.getLogger(__name__)


@blueprint.function_name("orchestrator")
@blueprint.timer_trigger(arg_name="timer", schedule=TICK)
def orchestrator(timer: func.TimerRequest) -> None:
    """One look at what is due, within the time that the app has."""
    _tick()


@blueprint.function_name("woken")
@blueprint.service_bus_queue_trigger(arg_name="word", queue_name=QUEUE, connection=CONNECTION)
def woken(word: func.ServiceBusMessage) -> None:
    """The same, early. Where it fails the host gives the message back, and after some times to the dead letters."""
    _tick()


def _tick() -> None:
    observe()
    ticked = tick_within(timedelta(milliseconds=deadline.limit(os.environ)), settings())
    log.info("ticked: %s", ticked.model_dump_json())
