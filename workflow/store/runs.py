"""The runs' table. The functions expect to be in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.model.errors import BadRequest
from workflow.model.ports import Entry, Event, Runs
from workflow.model.run import Record, Run, State
from workflow.store import deployments, events, places
from workflow.store.database import OnDatabase, Transaction
from workflow.store.ledger import utc_text


async def put(transaction: Transaction, run: Run) -> None:
    """Insert, or replace by id."""
    await transaction.rows(
        """INSERT INTO runs (id, tenant, state, created_at, body) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant, state = excluded.state,
            created_at = excluded.created_at, body = excluded.body""",
        (run.id, run.tenant, run.state, utc_text(run.created_at), run.model_dump_json()),
    )


async def get(transaction: Transaction, run: str) -> Run | None:
    """The run, or None."""
    rows = await transaction.rows("SELECT body FROM runs WHERE id = ?", (run,))
    return next((Run.model_validate_json(body) for (body,) in rows), None)


async def newest(transaction: Transaction, tenant: str | None, state: State | None, limit: int) -> list[Run]:
    """Up to `limit` runs, newest first."""
    wanted = {column: value for column, value in (("tenant", tenant), ("state", state)) if value is not None}
    where = " AND ".join(["TRUE", *(f"{column} = ?" for column in wanted)])
    rows = await transaction.rows(
        f"SELECT body FROM runs WHERE {where} ORDER BY created_at DESC, rowid DESC LIMIT ?",  # noqa: S608
        (*wanted.values(), max(limit, 0)),
    )
    return [Run.model_validate_json(body) for (body,) in rows]


async def end(transaction: Transaction, run: Run, record: Record, event: Event) -> Entry:
    """As the port's `end_run`."""
    kept = await get(transaction, run.id)
    if kept and kept.record:
        if kept.record.state != record.state:
            raise BadRequest(f"Run {run.id} has already ended: {kept.record.state}, not {record.state}.")
        closing = await events.last_of_kind(transaction, run.id, event.kind)
        if closing:
            return closing
    await places.end(transaction, run.id)
    await deployments.born(transaction, record)
    ended = {"record": record, "state": record.state, "updated_at": record.finished_at}
    await put(transaction, run.model_copy(update=ended))
    return await events.append(transaction, event)


class RunStore(OnDatabase, Runs):
    """The Runs port."""

    async def save_run(self, run: Run) -> None:
        """Insert, or replace by id."""
        async with self._database.writing(f"run {run.id}") as transaction:
            await put(transaction, run)

    async def get_run(self, run: str) -> Run | None:
        """The run, or None."""
        async with self._database.glancing() as transaction:
            return await get(transaction, run)

    async def list_runs(
        self, *, tenant: str | None = None, state: State | None = None, limit: int = 50
    ) -> Sequence[Run]:
        """Newest first."""
        async with self._database.glancing() as transaction:
            return await newest(transaction, tenant, state, limit)

    async def end_run(self, run: Run, record: Record, event: Event) -> Entry:
        """Close the run with its record and write the event, together or not at all.

        A run that has ended in the same state stays as it is, and the entry that closed it is returned: a finisher
        that was killed may finish again. BadRequest where it ended in another state, or where run, record and event
        are not of one run.
        """
        if not run.id == record.run == event.run:
            raise BadRequest(f"Run {run.id}, record of {record.run} and event of {event.run} do not belong together.")
        async with self._database.writing(f"run {run.id}") as transaction:
            return await end(transaction, run, record, event)
