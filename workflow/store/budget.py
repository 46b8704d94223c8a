"""Money set aside: what is spent in a month, and holding more of it only if nobody was quicker.

The functions expect to be in the caller's transaction, and those that write to be alone with the tenant and the keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from workflow.model.errors import BadRequest, NotFound
from workflow.model.ports import Budgets, Event, Reservation, Spend
from workflow.store import events as ledger
from workflow.store.database import OnDatabase, Transaction
from workflow.store.ledger import utc_text

MOST_CENTS = 10**15
"""The largest single reservation, ten trillion dollars: sums of a great many still fit SQLite's 64-bit integers."""

_COLUMNS = "key, run, tenant, project, cents, state, at"


async def spend(transaction: Transaction, tenant: str, project: str, month: datetime, without: Sequence[str]) -> Spend:
    """Held and settled cents of the UTC month that `month` lies in, leaving out the keys in `without`."""
    since, until = month_of(month)
    others = f" AND key NOT IN ({', '.join('?' * len(without))})" if without else ""
    # PostgreSQL adds up whole numbers into decimals.
    rows = await transaction.rows(
        f"""SELECT CAST(COALESCE(SUM(cents), 0) AS BIGINT),
            CAST(COALESCE(SUM(CASE WHEN project = ? THEN cents END), 0) AS BIGINT)
            FROM reservations
            WHERE tenant = ? AND at >= ? AND at < ? AND state <> 'released'{others}""",  # noqa: S608
        (project, tenant, since, until, *without),
    )
    ((of_tenant, of_project),) = rows
    return Spend(tenant_month_cents=of_tenant, project_month_cents=of_project)


async def reserve(transaction: Transaction, wanted: Sequence[Reservation], expected: Spend) -> bool:
    """As the port's `reserve`. BadRequest unless all of `wanted` are of one tenant and project.

    False also where they fall into two months: `expected` cannot speak for both.
    """
    if not wanted:
        return True
    _check(wanted)
    first = wanted[0]
    if len({month_of(one.at) for one in wanted}) > 1:
        return False
    keys = [one.key for one in wanted]
    if await spend(transaction, first.tenant, first.project, first.at, keys) != expected:
        return False
    for one in wanted:
        await _hold(transaction, one)
    return True


async def settle(transaction: Transaction, key: str) -> None:
    """Count the money under the key, if there is any, as spent: its effect is there, whatever was thought before."""
    await transaction.rows("UPDATE reservations SET state = 'settled' WHERE key = ?", (key,))


async def give_back(transaction: Transaction, key: str, used: int) -> None:
    """As the port's `give_back`, for one key."""
    kept = await _get(transaction, key)
    left = min(kept.cents, used)
    if kept.state == "released":
        return
    if left:
        await transaction.rows("UPDATE reservations SET state = 'settled', cents = ? WHERE key = ?", (left, key))
    else:
        await transaction.rows("UPDATE reservations SET state = 'released' WHERE key = ?", (key,))


async def of_run(transaction: Transaction, run: str) -> list[Reservation]:
    """The run's reservations, oldest first."""
    rows = await transaction.rows(
        f"SELECT {_COLUMNS} FROM reservations WHERE run = ? ORDER BY at, number",  # noqa: S608
        (run,),
    )
    return [_reservation(*row) for row in rows]


class BudgetStore(OnDatabase, Budgets):
    """The Budgets port."""

    async def spend(self, tenant: str, project: str, month: datetime, *, without: Sequence[str] = ()) -> Spend:
        """Held and settled money of `month`, leaving out the reservations whose keys are in `without`."""
        async with self._database.glancing() as transaction:
            return await spend(transaction, tenant, project, month, without)

    async def reserve(self, reservations: Sequence[Reservation], expected: Spend, events: Sequence[Event] = ()) -> bool:
        """Hold all or none; False, and nothing is held, if spend (without these keys) is not what was `expected`."""
        alone = {f"budget {one.tenant}" for one in reservations} | {f"reservation {one.key}" for one in reservations}
        async with self._database.writing(*alone) as transaction:
            held = await reserve(transaction, reservations, expected)
            if held:
                await ledger.append_all(transaction, events)
            return held

    async def release(self, key: str, events: Sequence[Event] = ()) -> None:
        """Free what is held under the key; what is settled stays. NotFound for an unknown key."""
        async with self._database.writing(f"reservation {key}") as transaction:
            if (await _get(transaction, key)).state == "held":
                await give_back(transaction, key, 0)
            await ledger.append_all(transaction, events)

    async def give_back(self, used: Mapping[str, int], events: Sequence[Event] = ()) -> None:
        """Of each key's money, settle what was used, in cents, and free the rest. NotFound for an unknown key."""
        async with self._database.writing(*(f"reservation {key}" for key in used)) as transaction:
            for key, cents in used.items():
                await give_back(transaction, key, cents)
            await ledger.append_all(transaction, events)

    async def list_reservations(self, run: str) -> Sequence[Reservation]:
        """A run's reservations, oldest first."""
        async with self._database.glancing() as transaction:
            return await of_run(transaction, run)


async def _hold(transaction: Transaction, wanted: Reservation) -> None:
    kept = await _find(transaction, wanted.key)
    if kept and (kept.run, kept.tenant, kept.project) != (wanted.run, wanted.tenant, wanted.project):
        raise BadRequest(f"The reservation {wanted.key} belongs to another run.")
    if kept and kept.state != "released":
        return
    await transaction.rows(
        f"""INSERT INTO reservations ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, 'held', ?)
            ON CONFLICT (key) DO UPDATE SET cents = excluded.cents, state = 'held', at = excluded.at""",  # noqa: S608
        (wanted.key, wanted.run, wanted.tenant, wanted.project, wanted.cents, utc_text(wanted.at)),
    )


async def _find(transaction: Transaction, key: str) -> Reservation | None:
    rows = await transaction.rows(f"SELECT {_COLUMNS} FROM reservations WHERE key = ?", (key,))  # noqa: S608
    return next((_reservation(*row) for row in rows), None)


async def _get(transaction: Transaction, key: str) -> Reservation:
    found = await _find(transaction, key)
    if found is None:
        raise NotFound(f"There is no reservation {key}.", "Check the effect's key.")
    return found


def _check(wanted: Sequence[Reservation]) -> None:
    if len({(one.tenant, one.project) for one in wanted}) > 1:
        raise BadRequest("Reservations held together must be of one tenant and project.")
    if any(one.state != "held" or not 0 <= one.cents <= MOST_CENTS for one in wanted):
        raise BadRequest(f"A reservation begins as held, with 0 to {MOST_CENTS} cents.")


def month_of(at: datetime) -> tuple[str, str]:
    """The UTC month that `at` lies in, as the store writes times: its beginning, and that of the next."""
    utc_text(at)  # refuses a time without a zone
    first = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return utc_text(first), utc_text(after)


def _reservation(
    key: str, run: str, tenant: str, project: str, cents: int, state: Literal["held", "settled", "released"], at: str
) -> Reservation:
    return Reservation(
        key=key, run=run, tenant=tenant, project=project, cents=cents, state=state, at=datetime.fromisoformat(at)
    )
