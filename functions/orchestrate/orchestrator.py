"""The orchestrator: due runs are taken, advanced and put down, within the time that there is."""

from __future__ import annotations

import os
from datetime import datetime

from functions.orchestrate.surroundings import Surroundings
from functions.orchestrate.telling import telling
from mcp_handlers.kernel.clock import SystemClock
from workflow.deploy import hand
from workflow.deploy.conduct import carry_on
from workflow.model.errors import ControlDown
from workflow.model.lease import Lease
from workflow.model.run import Run
from workflow.orchestrate.tick import AT_ONCE, GRACE, Ticked, tick

IN_HAND = 15.0
"""Seconds that a tick waits for a cloud before it puts the run down: others are due too."""


async def orchestrate(around: Surroundings, *, stop: datetime | None = None, at_once: int = AT_ONCE) -> Ticked:
    """One tick over the store. `stop` is when everything must have been put down."""

    async def advance(lease: Lease) -> Run:
        return await _advance(around, lease, stop)

    async with telling(around.store, {**os.environ, **around.told.doors}):
        return await tick(around.store, SystemClock(), advance, stop=stop, at_once=at_once)


async def _advance(around: Surroundings, lease: Lease, stop: datetime | None) -> Run:
    """Go on with one run as who asked for it. Raises what its stages raise; the run is put down whatever comes."""
    run = await around.store.get_run(lease.run)
    if run is None or run.record is not None:
        raise LookupError(f"the lease of {lease.run} has no living run")
    try:
        async with around.at_work(run.request.principal, until=stop and stop - GRACE, patience=IN_HAND) as (
            context,
            graph,
        ):
            return await carry_on(context, graph, lease)
    except ControlDown:
        pause = hand.pause_after(lease.tries)
        await around.store.release_run(lease, SystemClock().now() + pause)
        raise
