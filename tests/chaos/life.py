"""One process's life: it begins the run, or goes on with it, until it ends or a mishap befalls it."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from functions.orchestrate.orchestrator import orchestrate
from functions.serve.plane import control, control_endpoints
from functions.serve.settings import settings
from mcp_handlers.kernel.clock import SystemClock
from tests.chaos.boundaries import Boundaries
from tests.chaos.plane import HereAtWork, functions_here
from workflow.deploy import hand
from workflow.deploy.conduct import resume, start
from workflow.deploy.graph import build
from workflow.deploy.state import dump
from workflow.model.errors import StoreAway
from workflow.model.ports import Event
from workflow.model.run import Run
from workflow.model.workload import Request
from workflow.store import sqlite
from workflow.store.checkpoints import open_checkpoints
from workflow.store.store import open_store

RESTART = "TOLLGATE_TEST_RESTART"
"""The environment's name for the command that restarts the database, and whose it is, as JSON."""


BUSY_SECONDS = 3
"""How long a life waits for a file that another keeps to itself: in production ten times as long."""


@dataclass(frozen=True)
class Life:
    """`at` is the boundary where the mishap waits; empty for a life without one. Its clocks are wrong by `hours`.

    It conducts its one run itself, or is an orchestrator that does it with as many as there are `requests`.
    """

    requests: tuple[str, ...]
    clouds: tuple[str, ...]
    orchestrated: bool
    place: str
    environment: Mapping[str, str]
    log: Path
    at: str = ""
    mishap: str = "kill"
    hours: float = 0


def live(life: Life, last: Connection) -> None:
    """The whole of it, in a process of its own. `last` is told of the error that ends it."""
    os.environ.update(life.environment)
    sqlite.BUSY_SECONDS = BUSY_SECONDS
    if life.hours:
        _jump(life.hours)()
    mishaps: dict[str, Callable[[], None]] = {
        **MISHAPS,
        "stall": lambda: _stall(life),
        "tell": lambda: told_of(life).touch(),
    }
    boundaries = Boundaries(life.log, {life.at: mishaps[life.mishap]} if life.at else {})
    boundaries.clouds()
    try:
        asyncio.run(_conduct(life, boundaries))
    except Exception:  # noqa: BLE001 - whatever it is, the test is told; a pipe takes it where no file does
        last.send(traceback.format_exc())
        sys.exit(1)


async def _conduct(life: Life, boundaries: Boundaries) -> None:
    told, requests = settings(), [Request.model_validate_json(request) for request in life.requests]
    async with open_store(life.place) as beneath, open_checkpoints(life.place) as saver:
        store = boundaries.store(beneath)
        boundaries.saver(saver)
        post = functions_here(told)
        judgement = control(told, store, post)
        plane = control_endpoints(told, judgement, post)["/mcp"]
        around = HereAtWork(told, store, build(saver), judgement, boundaries, plane, life.clouds)
        await (_orchestrate if life.orchestrated else _alone)(around, requests)


async def _alone(around: HereAtWork, requests: Sequence[Request]) -> None:
    """As a terminal does it."""
    (request,) = requests
    async with around.at_work(request.principal) as (context, graph):
        if await around.store.get_run(request.id) is None:
            await start(context, graph, request)
        else:
            await resume(context, graph, request.id)


async def _orchestrate(around: HereAtWork, requests: Sequence[Request]) -> None:
    """As a door does it that keeps what was asked for, and an orchestrator beside it."""
    store, now = around.store, SystemClock().now()
    for request in requests:
        if await store.get_run(request.id) is None:
            run = Run(
                id=request.id, tenant="acme", state="running", request=request, created_at=now, updated_at=now
            )  # fmt: skip
            event = Event(run=run.id, tenant="acme", kind="requested", body={"request": dump(request)}, at=now)
            lease = await store.begin_run(run, hand.this_process(), now + hand.LEASE, event)
            await store.release_run(lease, now, further=True)
    await orchestrate(around, at_once=1)
    runs = [await store.get_run(request.id) for request in requests]
    assert all(run is not None and run.record is not None for run in runs), "somebody has to go on with them"


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _jump(hours: float) -> Callable[[], None]:
    """From now on every clock of the process is wrong by so much."""

    def jump() -> None:
        right = SystemClock.now

        def wrong(clock: SystemClock) -> datetime:
            return right(clock) + timedelta(hours=hours)

        clocks: Any = SystemClock
        clocks.now = wrong

    return jump


def _fill() -> None:
    """From now on nothing that this process writes may grow: its disk is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def _restart() -> None:
    """The database goes at once, as in a crash, and comes back."""
    command, user = json.loads(os.environ[RESTART])
    subprocess.run(command, user=user, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _refuse() -> None:
    """As a connection that breaks in the middle of a transaction."""
    raise StoreAway("The store failed and kept nothing of this step: the connection is closed.", "Try again.")


def told_of(life: Life) -> Path:
    """The file that says that the life has reached its boundary."""
    return Path(f"{life.log}.reached")


def _stall(life: Life) -> None:
    """Stand still until somebody says to go on, as if nothing had been."""
    told_of(life).touch()
    os.kill(os.getpid(), signal.SIGSTOP)


MISHAPS: dict[str, Callable[[], None]] = {
    "kill": _kill,
    "forward": _jump(2),
    "backward": _jump(-2),
    "full": _fill,
    "refuse": _refuse,
    "restart": _restart,
}
