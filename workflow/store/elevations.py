"""The table of roles that are lent. The functions expect to be in the caller's transaction; one that writes, alone with
the role."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workflow.model.approval import Elevation
from workflow.model.errors import NotFound
from workflow.model.ports import Elevations, Event
from workflow.store import asked, events
from workflow.store.database import OnDatabase, Transaction
from workflow.store.ledger import utc_text


async def lend(transaction: Transaction, elevation: Elevation) -> None:
    """Keep a lent role."""
    await transaction.rows(
        "INSERT INTO elevations (id, tenant, principal, until, body) VALUES (?, ?, ?, ?, ?)",
        (
            elevation.id, elevation.tenant, elevation.principal, utc_text(elevation.until),
            elevation.model_dump_json(),
        ),
    )  # fmt: skip


async def lent(transaction: Transaction, tenant: str, principal: str | None, now: datetime) -> list[Elevation]:
    """Roles that are lent in a tenant and not over, to one person or to all, oldest first."""
    one, values = ("", ()) if principal is None else (" AND principal = ?", (principal,))
    rows = await transaction.rows(
        f"SELECT body FROM elevations WHERE tenant = ? AND until > ?{one} ORDER BY rowid",  # noqa: S608
        (tenant, utc_text(now), *values),
    )
    found = [Elevation.model_validate_json(body) for (body,) in rows]
    return [elevation for elevation in found if elevation.revoked_at is None]


async def tie(transaction: Transaction, names: Sequence[str], run: str) -> bool:
    """Tie roles that are lent once to the run that uses them. False where another run was quicker with one."""
    found = [await _elevation(transaction, name) for name in names]
    if any(one.run not in ("", run) or one.revoked_at is not None for one in found):
        return False
    for one in found:
        await _put_elevation(transaction, one.model_copy(update={"run": run}))
    return True


async def take_back(transaction: Transaction, name: str, now: datetime) -> Elevation | None:
    """Revoke a lent role. None where it was revoked before. Raises NotFound."""
    elevation = await _elevation(transaction, name)
    if elevation.revoked_at is not None:
        return None
    ended = elevation.model_copy(update={"revoked_at": now})
    await _put_elevation(transaction, ended)
    return ended


class ElevationStore(OnDatabase, Elevations):
    """The Elevations port."""

    async def lend_role(self, elevation: Elevation, now: datetime, event: Event) -> bool:
        """Use an approved request up and lend its role; False where it is not approved or was used before."""
        async with self._database.writing(f"approval {elevation.id}") as transaction:
            before = await asked.get(transaction, elevation.id)
            if before.state(now) != "approved":
                return False
            await asked.use(transaction, elevation.id, elevation.id, now)
            await lend(transaction, elevation)
            await events.append(transaction, event)
            return True

    async def list_elevations(self, tenant: str, principal: str | None, now: datetime) -> Sequence[Elevation]:
        """Lent roles that are neither over nor revoked, oldest first."""
        async with self._database.glancing() as transaction:
            return await lent(transaction, tenant, principal, now)

    async def tie_elevations(self, names: Sequence[str], run: str) -> bool:
        """Tie roles that are lent once to this run; False, and none is tied, where another run has one, or one was
        revoked."""
        async with self._database.writing(*(f"approval {name}" for name in names)) as transaction:
            return await tie(transaction, names, run)

    async def revoke_elevation(self, name: str, now: datetime, event: Event) -> bool:
        """Take a lent role back; False where it was taken back before."""
        async with self._database.writing(f"approval {name}") as transaction:
            revoked = await take_back(transaction, name, now)
            if revoked is not None:
                await events.append(transaction, event)
            return revoked is not None


async def _elevation(transaction: Transaction, name: str) -> Elevation:
    rows = await transaction.rows("SELECT body FROM elevations WHERE id = ?", (name,))
    for (body,) in rows:
        return Elevation.model_validate_json(body)
    raise NotFound(f"There is no elevation {name}.", "List them with `tollgate approvals list`.")


async def _put_elevation(transaction: Transaction, elevation: Elevation) -> None:
    await transaction.rows("UPDATE elevations SET body = ? WHERE id = ?", (elevation.model_dump_json(), elevation.id))
