"""The table of API keys: who calls with them, never what they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workflow.model.api_key import ApiKey
from workflow.model.errors import NotFound
from workflow.model.ports import ApiKeys, Event
from workflow.store import events
from workflow.store.database import OnDatabase, Transaction


async def get(transaction: Transaction, name: str) -> ApiKey | None:
    """The key by its id, or None."""
    rows = await transaction.rows("SELECT body FROM api_keys WHERE id = ?", (name,))
    return next((ApiKey.model_validate_json(body) for (body,) in rows), None)


class ApiKeyStore(OnDatabase, ApiKeys):
    """The ApiKeys port."""

    async def add_api_key(self, key: ApiKey, event: Event) -> None:
        """Keep a new key and say so in the ledger, together."""
        async with self._database.writing(f"api key {key.id}") as transaction:
            await transaction.rows(
                "INSERT INTO api_keys (id, tenant, body) VALUES (?, ?, ?)",
                (key.id, key.principal.tenant, key.model_dump_json()),
            )
            await events.append(transaction, event)

    async def get_api_key(self, name: str) -> ApiKey | None:
        """The key by its id, or None."""
        async with self._database.glancing() as transaction:
            return await get(transaction, name)

    async def list_api_keys(self, tenant: str) -> Sequence[ApiKey]:
        """A tenant's keys, oldest first."""
        async with self._database.glancing() as transaction:
            rows = await transaction.rows("SELECT body FROM api_keys WHERE tenant = ? ORDER BY rowid", (tenant,))
        return [ApiKey.model_validate_json(body) for (body,) in rows]

    async def revoke_api_key(self, name: str, now: datetime, event: Event) -> bool:
        """End a key; False where it was ended before. Raises NotFound."""
        async with self._database.writing(f"api key {name}") as transaction:
            key = await get(transaction, name)
            if key is None:
                raise NotFound(f"There is no API key {name}.", "List them with `tollgate apikeys list`.")
            if key.revoked_at is not None:
                return False
            ended = key.model_copy(update={"revoked_at": now})
            await transaction.rows("UPDATE api_keys SET body = ? WHERE id = ?", (ended.model_dump_json(), name))
            await events.append(transaction, event)
            return True
