"""The store's part of taking runs in hand and putting them down: each method one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from workflow.model.lease import Cancel, Lease, Leases, Place, Wait
from workflow.model.ports import Event
from workflow.model.run import Run
from workflow.store import asked, events, places, runs
from workflow.store.database import OnDatabase
from workflow.store.fence import Fenced, check
from workflow.store.ledger import utc_text


class LeaseStore(OnDatabase, Leases):
    """The Leases port."""

    def under(self, lease: Lease) -> Self:
        """The same store, each of whose writing transactions is kept only if this lease is the run's newest."""
        beneath = self._database.database if isinstance(self._database, Fenced) else self._database
        return type(self)(Fenced(beneath, lease.run, lease.token))

    async def begin_run(self, run: Run, holder: str, until: datetime, event: Event) -> Lease:
        """Keep a new run, in hand from its first moment, with the event that says so."""
        async with self._database.writing(f"run {run.id}") as transaction:
            lease = await places.begin(transaction, run.id, holder, until)
            await runs.put(transaction, run)
            await events.append(transaction, event)
            return lease

    async def claim_runs(self, holder: str, now: datetime, until: datetime, limit: int) -> Sequence[Lease]:
        """Take up to `limit` runs that are due, the longest due first. No two callers are given the same."""
        async with self._database.reading() as transaction:
            if not await transaction.rows(places.DUE, (utc_text(now), 1)):
                return []
        # A name that nobody else gives: who claims beside us is only kept from the same rows.
        async with self._database.writing(f"claim {holder}") as transaction:
            found = await places.due(transaction, now, limit)
            return [await places.take(transaction, run, holder, until) for run in found]

    async def take_run(self, run: str, holder: str, now: datetime, until: datetime, *, over: str = "") -> Lease | None:
        """Take this run, due or not; None where somebody other than `over` has it in hand, or it has ended."""
        async with self._database.writing(f"run {run}") as transaction:
            place = await places.locked(transaction, run)
            if place is None or place.due_at is None:
                return None
            if place.held and place.due_at > now and place.lease.holder != over:
                return None
            return await places.take(transaction, run, holder, until)

    async def renew_lease(self, lease: Lease, until: datetime) -> None:
        """Keep it in hand for longer."""
        async with self._database.writing(f"run {lease.run}") as transaction:
            await check(transaction, lease.run, lease.token)
            await places.renew(transaction, lease.run, until)

    async def park_run(self, lease: Lease, run: Run, wait: Wait, now: datetime) -> None:
        """Put the run down until what it waits for. An approval that was decided meanwhile makes it due at once."""
        # Whoever decides on the approval gives its name too, and so is either seen here or finds the run parked.
        async with self._database.writing(f"run {run.id}", f"approval {wait.subject}") as transaction:
            await check(transaction, lease.run, lease.token)
            place = await places.get(transaction, run.id)
            question = await asked.find(transaction, wait.subject) if wait.kind == "approval" else None
            at_once = (place is not None and place.cancel is not None) or (
                question is not None and question.state(now) != "open"
            )
            await runs.put(transaction, run)
            await places.park(transaction, run.id, wait, now if at_once else wait.wake_at)

    async def release_run(self, lease: Lease, due_at: datetime, *, further: bool = False) -> None:
        """Put the run down as it is, to be gone on with from `due_at` on. Nothing where it was taken or has ended."""
        async with self._database.writing(f"run {lease.run}") as transaction:
            place = await places.locked(transaction, lease.run)
            if place is not None and place.lease.token == lease.token:
                await places.release(transaction, lease.run, due_at, 0 if further else place.lease.tries)

    async def cancel_run(self, run: str, cancel: Cancel, event: Event) -> bool:
        """Ask that the run end, and make it due where nobody has it in hand. False where that was asked before, or it
        has ended."""
        async with self._database.writing(f"run {run}") as transaction:
            place = await places.locked(transaction, run)
            if place is None or place.due_at is None or place.cancel is not None:
                return False
            await places.cancel(transaction, place, cancel)
            await events.append(transaction, event)
            return True

    async def note_stuck(self, lease: Lease, now: datetime, event: Event) -> bool:
        """Write down that the run is stuck; False where it was written before."""
        async with self._database.writing(f"run {lease.run}") as transaction:
            await check(transaction, lease.run, lease.token)
            rows = await transaction.rows(
                "UPDATE leases SET stuck_at = ? WHERE run = ? AND stuck_at IS NULL RETURNING run",
                (utc_text(now), lease.run),
            )
            if rows:
                await events.append(transaction, event)
            return bool(rows)

    async def get_place(self, run: str) -> Place | None:
        """Where the run stands, or None."""
        async with self._database.glancing() as transaction:
            return await places.get(transaction, run)

    async def list_places(self, *, overdue: datetime, limit: int = 50) -> Sequence[Place]:
        """Runs that are stuck: taken too often for nothing, or due since before `overdue` and not taken."""
        async with self._database.glancing() as transaction:
            return await places.stuck(transaction, overdue, limit)
