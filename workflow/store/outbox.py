"""The tables of conversations and letters: who is told what, and what was sent already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from workflow.model.answering import Conversation, Letter, Outbox, Standing
from workflow.model.errors import LeaseLost
from workflow.store.database import OnDatabase, Transaction, for_update
from workflow.store.ledger import utc_text

COLUMNS = "name, tenant, owner, run, door, address, note, told, token, tries, next_at, state, error, at"
FORGET = timedelta(days=2)
"""After this, a conversation whose demand never became a run is let go: its sender has given up long since."""
_RUN = """COALESCE(NULLIF(c.run, ''),
    (SELECT k.run FROM claims k WHERE k.tenant = c.tenant AND k.owner = c.owner AND k.name = c.name), '')"""
_DUE = f"""SELECT c.name, {_RUN} FROM conversations c WHERE c.state = 'open' AND c.next_at <= ? AND (c.note <> '{{}}'
    OR EXISTS (SELECT 1 FROM events e WHERE e.seq > c.told AND e.run = {_RUN})) ORDER BY c.next_at LIMIT ?"""  # noqa: S608


class OutboxStore(OnDatabase, Outbox):
    """The Outbox port."""

    async def open_conversation(self, conversation: Conversation) -> bool:
        """Keep it; False where there is one of that name, and it stays as it was."""
        async with self._database.writing(f"conversation {conversation.name}") as transaction:
            marks = ", ".join("?" * len(COLUMNS.split(", ")))
            sql = f"INSERT INTO conversations ({COLUMNS}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING name"  # noqa: S608
            return bool(await transaction.rows(sql, _row(conversation)))

    async def drop_conversation(self, name: str) -> None:
        """Forget one that came to nothing."""
        async with self._database.writing(f"conversation {name}") as transaction:
            await transaction.rows("DELETE FROM conversations WHERE name = ? AND told = 0", (name,))

    async def claim_conversations(self, now: datetime, until: datetime, limit: int) -> Sequence[Conversation]:
        """Take up to `limit` that are due and have something to tell, each with its run. No two callers get one."""
        asked = (utc_text(now), limit)
        async with self._database.reading() as transaction:
            if not await transaction.rows(_DUE, (utc_text(now), 1)):
                return []
        # A name that nobody else gives: who claims beside us is only kept from the same rows.
        async with self._database.writing(f"outbox {utc_text(until)}") as transaction:
            skip = " FOR UPDATE OF c SKIP LOCKED" if transaction.engine == "postgres" else ""
            await transaction.rows(
                "DELETE FROM conversations WHERE state = 'open' AND run = '' AND note = '{}' AND told = 0 AND at <= ? "
                "AND NOT EXISTS (SELECT 1 FROM claims k WHERE k.name = conversations.name)",
                (utc_text(now - FORGET),),
            )
            due = await transaction.rows(f"{_DUE}{skip}", asked)
            return [await _take(transaction, name, run, until) for name, run in due]

    async def list_letters(self, name: str) -> Sequence[Letter]:
        """What was sent of a conversation."""
        async with self._database.glancing() as transaction:
            rows = await transaction.rows(
                "SELECT part, ref, digest FROM letters WHERE conversation = ? ORDER BY part", (name,)
            )
        return [Letter(part=part, ref=ref, digest=digest) for part, ref, digest in rows]

    async def keep_letter(self, conversation: Conversation, letter: Letter) -> None:
        """Insert, or replace by its part."""
        async with self._database.writing(f"conversation {conversation.name}") as transaction:
            await _check(transaction, conversation)
            await transaction.rows(
                "INSERT INTO letters (conversation, part, ref, digest) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (conversation, part) DO UPDATE SET ref = excluded.ref, digest = excluded.digest",
                (conversation.name, letter.part, letter.ref, letter.digest),
            )

    async def put_down(self, conversation: Conversation) -> None:
        """Keep how far it came, and when to go on with it, as `conversation` says."""
        async with self._database.writing(f"conversation {conversation.name}") as transaction:
            await _check(transaction, conversation)
            await transaction.rows(
                "UPDATE conversations SET run = ?, told = ?, tries = ?, next_at = ?, state = ?, error = ? "
                "WHERE name = ?",
                (
                    conversation.run, conversation.told, conversation.tries, utc_text(conversation.next_at),
                    conversation.state, conversation.error, conversation.name,
                ),
            )  # fmt: skip

    async def list_conversations(self, state: Standing, limit: int = 50) -> Sequence[Conversation]:
        """Newest first."""
        async with self._database.glancing() as transaction:
            rows = await transaction.rows(
                f"SELECT {COLUMNS} FROM conversations WHERE state = ? ORDER BY at DESC, name LIMIT ?",  # noqa: S608
                (state, max(limit, 0)),
            )
        return [_conversation(row) for row in rows]

    async def revive_conversation(self, name: str, now: datetime) -> bool:
        """Try a dead one again from now on; False where there is no such."""
        async with self._database.writing(f"conversation {name}") as transaction:
            return bool(
                await transaction.rows(
                    "UPDATE conversations SET state = 'open', tries = 0, next_at = ? "
                    "WHERE name = ? AND state = 'dead' RETURNING name",
                    (utc_text(now), name),
                )
            )


async def _take(transaction: Transaction, name: str, run: str, until: datetime) -> Conversation:
    (row,) = await transaction.rows(
        f"UPDATE conversations SET token = token + 1, next_at = ?, run = ? WHERE name = ? RETURNING {COLUMNS}",  # noqa: S608
        (utc_text(until), run, name),
    )
    return _conversation(row)


async def _check(transaction: Transaction, conversation: Conversation) -> None:
    """Raise LeaseLost unless the conversation is in this hand; its row stays locked to the transaction's end."""
    rows = await transaction.rows(
        f"SELECT token FROM conversations WHERE name = ?{for_update(transaction)}",  # noqa: S608
        (conversation.name,),
    )
    if rows != [(conversation.token,)]:
        raise LeaseLost(f"The conversation {conversation.name} was taken over by another process.")


def _row(told: Conversation) -> tuple[object, ...]:
    return (
        told.name, told.tenant, told.owner, told.run, told.door, json.dumps(told.address), json.dumps(told.note),
        told.told, told.token, told.tries, utc_text(told.next_at), told.state, told.error, utc_text(told.at),
    )  # fmt: skip


def _conversation(row: tuple[Any, ...]) -> Conversation:
    found = dict(zip(COLUMNS.split(", "), row, strict=True))
    return Conversation.model_validate(
        {**found, "address": json.loads(found["address"]), "note": json.loads(found["note"])}
    )
