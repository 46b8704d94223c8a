"""The five steps as a workflow of DBOS, on a queue of its own, as its manual has it for workers that are processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions

from benchmarks.steps import STEPS
from workflow.model.base import Json
from workflow.orchestrate.tick import AT_ONCE

QUEUE, VERSION = "runs", "1"
POLLING = 0.02
"""Seconds between two looks into the queue; its own default is 1, and a worker would mostly wait."""
steps = {name: DBOS.step(name=name)(step) for name, step in STEPS.items()}


@DBOS.workflow(name="five")
async def five(state: Json) -> Json:
    """Each step's result is kept before the next begins."""
    for step in steps.values():
        state = state | await step(state)
    return {"health": state["health"]}


@contextmanager
def working(url: str) -> Iterator[None]:
    """Take from the queue, as many at once as our orchestrator does, for as long as this lasts."""
    config = DBOSConfig(
        name="bench", system_database_url=url, application_version=VERSION, executor_id=str(os.getpid()),
        log_level="WARNING",
    )  # fmt: skip
    DBOS(config=config)
    DBOS.listen_queues([QUEUE])
    DBOS.launch()
    try:
        yield
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=10)


def prepare(url: str) -> None:
    """DBOS's own tables, and the queue."""
    command = (str(Path(sys.executable).with_name("dbos")), "migrate", "--sys-db-url", url)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    client = DBOSClient(system_database_url=url)
    try:
        client.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=POLLING)
    finally:
        client.destroy()


def enqueue(url: str, states: Sequence[Json]) -> None:
    """One workflow for each."""
    client = DBOSClient(system_database_url=url)
    try:
        for state in states:
            options: EnqueueOptions = {
                "queue_name": QUEUE, "workflow_name": "five", "workflow_id": state["run"], "app_version": VERSION,
            }  # fmt: skip
            client.enqueue(options, state)
    finally:
        client.destroy()


def seconds(url: str, count: int, patience: float) -> float:
    """From when the first of `count` workflows was begun to the end of the last, by DBOS's own notes. Waits for it."""
    asked = (
        "SELECT count(*) FILTER (WHERE status = 'SUCCESS'), count(*) FILTER (WHERE status = 'ERROR'), "
        "max(completed_at) - min(started_at_epoch_ms) FROM dbos.workflow_status"
    )
    until = time.monotonic() + patience
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < until:
            row = connection.execute(asked).fetchone()
            assert row is not None
            done, failed, took = row
            if failed:
                raise RuntimeError(f"{failed} workflows failed")
            if done == count:
                return float(took) / 1e3
            time.sleep(0.2)
    raise RuntimeError(f"{done} of {count} workflows have ended")
