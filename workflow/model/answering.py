"""Who is told what came of a request, where, and what was sent already. A message is told once, whatever crashes.

What there is to tell is not kept: it follows from the run's ledger, from just after entry `told`. What is kept is where
it goes, and the reference of each part that was sent, under which it is edited.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from pydantic import Field

from workflow.model.base import Json, Noun
from workflow.model.principal import Name
from workflow.model.submission import MAX_KEY

Standing = Literal["open", "told", "dead"]


class Letter(Noun):
    """One part of what is told. `ref` is the service's own name for it; empty: it was being sent, and may have arrived.

    `digest` is that of what was sent last.
    """

    part: str
    ref: str = ""
    digest: str = ""


class Conversation(Noun):
    """Somebody at a door who is told how a run goes, or a `note` once. `address` is for that door only to understand.

    `name` is also the key of the demand, by which the run is found where `run` is empty.
    """

    name: str = Field(min_length=1, max_length=MAX_KEY)
    tenant: Name
    owner: Name
    run: str = ""
    door: str
    address: Json
    note: Json = Field(default_factory=dict)
    told: int = 0
    token: int = 0
    tries: int = 0
    state: Standing = "open"
    error: str = ""
    next_at: datetime
    at: datetime


class Outbox(Protocol):
    """What is still to be told. Whoever comes too late is told LeaseLost, and nothing is kept."""

    async def open_conversation(self, conversation: Conversation) -> bool:
        """Keep it; False where there is one of that name, and it stays as it was."""

    async def drop_conversation(self, name: str) -> None:
        """Forget one that came to nothing."""

    async def claim_conversations(self, now: datetime, until: datetime, limit: int) -> Sequence[Conversation]:
        """Take up to `limit` that are due and have something to tell, each with its run. No two callers get one."""

    async def list_letters(self, name: str) -> Sequence[Letter]:
        """What was sent of a conversation."""

    async def keep_letter(self, conversation: Conversation, letter: Letter) -> None:
        """Insert, or replace by its part."""

    async def put_down(self, conversation: Conversation) -> None:
        """Keep how far it came, and when to go on with it, as `conversation` says."""

    async def list_conversations(self, state: Standing, limit: int = 50) -> Sequence[Conversation]:
        """Newest first."""

    async def revive_conversation(self, name: str, now: datetime) -> bool:
        """Try a dead one again from now on; False where there is no such."""


class Deliveries(Protocol):
    """What came in at the doors, for as long as it would be believed again."""

    async def note_delivery(self, door: str, nonce: str, now: datetime, expires: datetime) -> bool:
        """Remember it; False where it came before."""
