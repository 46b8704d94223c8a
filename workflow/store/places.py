"""The table of leases: who has which run in hand, and when somebody should next look at it.

The functions expect to be in the caller's transaction. Whoever writes to a run's row and to the ledger does it in this
order, so that nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from workflow.model.errors import BadRequest
from workflow.model.lease import STUCK_TRIES, Cancel, Lease, Place, Wait
from workflow.store.database import Transaction, for_update
from workflow.store.ledger import utc_text

COLUMNS = "run, token, holder, held, tries, due_at, awaits, subject, reason, cancel, stuck_at"
DUE = "SELECT run FROM leases WHERE due_at <= ? ORDER BY due_at LIMIT ?"
"""What a tick asks. Parked runs lie behind the present in its index, however many there are."""


async def begin(transaction: Transaction, run: str, holder: str, until: datetime) -> Lease:
    """The first lease of a run. Raises BadRequest for a run that there is."""
    await _add(transaction, run, 1, holder, until)
    return Lease(run=run, token=1, holder=holder, tries=1)


async def lay_down(transaction: Transaction, run: str, due_at: datetime) -> None:
    """A new run in nobody's hand, for whoever comes first. Raises BadRequest for a run that there is."""
    await _add(transaction, run, 0, "", due_at)


async def _add(transaction: Transaction, run: str, takings: int, holder: str, due_at: datetime) -> None:
    rows = await transaction.rows(
        f"INSERT INTO leases ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, '', '', '', '', NULL) "  # noqa: S608
        "ON CONFLICT (run) DO NOTHING RETURNING run",
        (run, takings, holder, takings, takings, utc_text(due_at)),
    )
    if not rows:
        raise BadRequest(f"There is a run {run} already.", "Look at it with `tollgate runs show`.")


async def due(transaction: Transaction, now: datetime, limit: int) -> list[str]:
    """The runs that are due, locked; those that another transaction is just taking are left out."""
    skip = " FOR UPDATE SKIP LOCKED" if transaction.engine == "postgres" else ""
    return [name for (name,) in await transaction.rows(f"{DUE}{skip}", (utc_text(now), limit))]


async def take(transaction: Transaction, run: str, holder: str, until: datetime) -> Lease:
    """A new lease on a run whose row is locked."""
    ((token, tries),) = await transaction.rows(
        "UPDATE leases SET token = token + 1, tries = tries + 1, holder = ?, held = 1, due_at = ?, awaits = '', "
        "subject = '', reason = '' WHERE run = ? RETURNING token, tries",
        (holder, utc_text(until), run),
    )
    return Lease(run=run, token=token, holder=holder, tries=tries)


async def locked(transaction: Transaction, run: str) -> Place | None:
    """The run's place, locked to the transaction's end."""
    rows = await transaction.rows(f"SELECT {COLUMNS} FROM leases WHERE run = ?{for_update(transaction)}", (run,))  # noqa: S608
    return next(iter(_places(rows)), None)


async def get(transaction: Transaction, run: str) -> Place | None:
    """The run's place, or None."""
    return next(iter(_places(await transaction.rows(f"SELECT {COLUMNS} FROM leases WHERE run = ?", (run,)))), None)  # noqa: S608


async def renew(transaction: Transaction, run: str, until: datetime) -> None:
    """Move the end of the lease."""
    await transaction.rows("UPDATE leases SET due_at = ? WHERE run = ? AND held = 1", (utc_text(until), run))


async def park(transaction: Transaction, run: str, wait: Wait, due_at: datetime) -> None:
    """Put the run down until `due_at`. It came as far as it could, so it is not stuck."""
    await transaction.rows(
        "UPDATE leases SET held = 0, tries = 0, stuck_at = NULL, due_at = ?, awaits = ?, subject = ?, reason = ? "
        "WHERE run = ?",
        (utc_text(due_at), wait.kind, wait.subject, wait.reason, run),
    )


async def release(transaction: Transaction, run: str, due_at: datetime, tries: int) -> None:
    """Put the run down as it is."""
    await transaction.rows(
        "UPDATE leases SET held = 0, tries = ?, due_at = ? WHERE run = ? AND due_at IS NOT NULL",
        (tries, utc_text(due_at), run),
    )


async def end(transaction: Transaction, run: str) -> None:
    """The run has ended: nobody looks at it any more."""
    await transaction.rows(
        "UPDATE leases SET held = 0, tries = 0, due_at = NULL, awaits = '', subject = '', reason = '' WHERE run = ?",
        (run,),
    )


async def wake(transaction: Transaction, subject: str, now: datetime) -> None:
    """Make due what is parked for this subject."""
    await transaction.rows(
        "UPDATE leases SET due_at = ? WHERE subject = ? AND awaits <> '' AND held = 0 AND due_at > ?",
        (utc_text(now), subject, utc_text(now)),
    )


async def cancel(transaction: Transaction, place: Place, wish: Cancel) -> None:
    """Keep the wish, and make the run due where nobody has it in hand."""
    await transaction.rows("UPDATE leases SET cancel = ? WHERE run = ?", (wish.model_dump_json(), place.lease.run))
    if not place.held:
        await transaction.rows("UPDATE leases SET due_at = ? WHERE run = ?", (utc_text(wish.at), place.lease.run))


async def stuck(transaction: Transaction, overdue: datetime, limit: int) -> list[Place]:
    """Those taken too often for nothing, and those that nobody took for too long."""
    rows = await transaction.rows(
        f"SELECT {COLUMNS} FROM leases WHERE due_at IS NOT NULL AND (tries >= {STUCK_TRIES} OR due_at <= ?) "  # noqa: S608
        "ORDER BY due_at LIMIT ?",
        (utc_text(overdue), max(limit, 0)),
    )
    return _places(rows)


def _places(rows: Sequence[Sequence[Any]]) -> list[Place]:
    return [_place(*row) for row in rows]


def _place(
    run: str,
    token: int,
    holder: str,
    held: int,
    tries: int,
    due_at: str | None,
    awaits: str,
    subject: str,
    reason: str,
    wish: str,
    stuck_at: str | None,
) -> Place:
    wait = {"kind": awaits, "wake_at": due_at, "subject": subject, "reason": reason} if awaits and not held else None
    return Place.model_validate(
        {
            "lease": Lease(run=run, token=token, holder=holder, tries=tries),
            "held": bool(held),
            "due_at": due_at,
            "wait": wait,
            "cancel": Cancel.model_validate_json(wish) if wish else None,
            "stuck_at": stuck_at,
        }
    )
