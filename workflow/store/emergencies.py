"""The tables of freezes and revocations. They are short, and read before every decision."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.model.emergency import Emergencies, Revocation, Stop
from workflow.model.ports import Event
from workflow.store import events
from workflow.store.database import OnDatabase
from workflow.store.ledger import utc_text


class EmergencyStore(OnDatabase, Emergencies):
    """The Emergencies port."""

    async def list_freezes(self) -> Sequence[Stop]:
        """Those that are on, oldest first."""
        async with self._database.glancing() as transaction:
            rows = await transaction.rows("SELECT body FROM freezes ORDER BY at, scope, name")
        return [Stop.model_validate_json(body) for (body,) in rows]

    async def freeze(self, stop: Stop, event: Event) -> bool:
        """Stop writes; False where they were stopped there before, and it stays as it was."""
        return await self._change(
            "INSERT INTO freezes (scope, name, at, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING name",
            (stop.scope, stop.name, utc_text(stop.at), stop.model_dump_json()),
            event,
        )

    async def unfreeze(self, scope: str, name: str, event: Event) -> bool:
        """Let writes go on; False where they were not stopped."""
        return await self._change(
            "DELETE FROM freezes WHERE scope = ? AND name = ? RETURNING name", (scope, name), event
        )

    async def list_revocations(self) -> Sequence[Revocation]:
        """Those that hold, oldest first."""
        async with self._database.glancing() as transaction:
            rows = await transaction.rows("SELECT body FROM revocations ORDER BY at, kind, name")
        return [Revocation.model_validate_json(body) for (body,) in rows]

    async def revoke(self, revocation: Revocation, event: Event) -> bool:
        """Revoke; False where it was revoked before, and it stays as it was."""
        return await self._change(
            "INSERT INTO revocations (kind, name, at, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING name",
            (revocation.kind, revocation.name, utc_text(revocation.at), revocation.model_dump_json()),
            event,
        )

    async def restore(self, kind: str, name: str, event: Event) -> bool:
        """Take a revocation back; False where there was none."""
        return await self._change(
            "DELETE FROM revocations WHERE kind = ? AND name = ? RETURNING name", (kind, name), event
        )

    async def _change(self, sql: str, values: Sequence[object], event: Event) -> bool:
        async with self._database.writing("emergency") as transaction:
            changed = bool(await transaction.rows(sql, values))
            if changed:
                await events.append(transaction, event)
            return changed
