"""The table of what is switched off. It is short, and read before every decision."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.model.ports import Event
from workflow.model.switch import Switch, Switches
from workflow.store import events
from workflow.store.database import OnDatabase
from workflow.store.ledger import utc_text


class SwitchStore(OnDatabase, Switches):
    """The Switches port."""

    async def list_switches(self) -> Sequence[Switch]:
        """Those that are off, oldest first."""
        async with self._database.glancing() as transaction:
            rows = await transaction.rows("SELECT body FROM switches ORDER BY at, kind, name")
        return [Switch.model_validate_json(body) for (body,) in rows]

    async def switch_off(self, switch: Switch, event: Event) -> bool:
        """Switch off; False where it was off before, and it stays as it was."""
        return await self._turn(
            "INSERT INTO switches (kind, name, at, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING name",
            (switch.kind, switch.name, utc_text(switch.at), switch.model_dump_json()),
            event,
        )

    async def switch_on(self, kind: str, name: str, event: Event) -> bool:
        """Switch on again; False where it was not off."""
        return await self._turn("DELETE FROM switches WHERE kind = ? AND name = ? RETURNING name", (kind, name), event)

    async def _turn(self, sql: str, values: Sequence[object], event: Event) -> bool:
        async with self._database.writing("switches") as transaction:
            changed = bool(await transaction.rows(sql, values))
            if changed:
                await events.append(transaction, event)
            return changed
