"""A run in this process's hand: taking it, keeping it for as long as it is worked on, putting it down."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import timedelta

from workflow.deploy.context import Context
from workflow.model.errors import InHand, LeaseLost, TollgateError
from workflow.model.lease import Lease

LEASE = timedelta(seconds=30)
"""How long a run stays with a process that has died."""
RENEWALS = 3
"""Renewals in one lease's time, so that two may fail."""
LONGEST_PAUSE = timedelta(hours=1)

token: ContextVar[int] = ContextVar("token", default=0)
"""The fence of the run that this task works on; 0 outside a run. Tool calls carry it to the control plane."""


def this_process() -> str:
    """A holder's name that is never given twice: machine, process and a number."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_gone(holder: str) -> bool:
    """Whether the holder was a process of this machine that has ended. A wrong yes is harmless: the fence holds."""
    machine, _, rest = holder.partition(":")
    process = rest.partition(":")[0]
    if machine != socket.gethostname() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


async def take(context: Context, run: str) -> Lease:
    """The run, due or not, where nobody has it in hand or who had it died on this machine. Raises InHand."""
    place = await context.store.get_place(run)
    over = place.lease.holder if place is not None and place.held and is_gone(place.lease.holder) else ""
    now = context.clock.now()
    lease = await context.store.take_run(run, this_process(), now, now + LEASE, over=over)
    if lease is None:
        raise InHand(f"Another process goes on with run {run}.")
    return lease


@asynccontextmanager
async def held(context: Context, lease: Lease) -> AsyncIterator[None]:
    """While the run is worked on: the lease is renewed, and tool calls carry its fence."""
    before = token.set(lease.token)
    beat = asyncio.create_task(_renew(context, lease))
    try:
        yield
    finally:
        token.reset(before)
        beat.cancel()
        await asyncio.gather(beat, return_exceptions=True)


async def put_down(context: Context, lease: Lease, *, pause: timedelta = timedelta(0), further: bool = False) -> None:
    """Let another go on with the run after a pause. Where the store is away, the lease runs out by itself."""
    with contextlib.suppress(TollgateError):
        await context.store.release_run(lease, context.clock.now() + pause, further=further)


def pause_after(tries: int) -> timedelta:
    """How long a run that failed is left alone: 10 s, doubled each time, up to an hour."""
    return min(timedelta(seconds=5 * 2 ** min(tries, 12)), LONGEST_PAUSE)


async def _renew(context: Context, lease: Lease) -> None:
    while True:
        await asyncio.sleep(LEASE.total_seconds() / RENEWALS)
        try:
            await context.store.renew_lease(lease, context.clock.now() + LEASE)
        except LeaseLost:
            # Whatever is written from now on is refused, and so is every write to a cloud.
            return
        except TollgateError:
            continue
