"""Tells whoever is to be told. Each part is sent once and then edited, whatever crashes, and tried again with growing
pauses until it is given up as a dead letter.

Before a part is sent for the first time its letter is kept without a reference. Where such a letter is found, somebody
died between sending and writing that down, and the service is asked for the mark before anything is sent.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mcp_handlers.tools.contract import Tool
from workflow.answers.post import Part, Post
from workflow.answers.story import tell
from workflow.model.answering import Conversation, Letter
from workflow.model.approval import Asked
from workflow.model.base import digest
from workflow.model.errors import LeaseLost, NotFound, Retryable, TollgateError
from workflow.model.ports import Clock, Entry, Store

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""How long a conversation is in hand. Sending takes seconds."""
AT_ONCE = 20
MOST_TRIES = 12
"""With the pauses between them about six hours; then it is a dead letter."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(hours=1)
PAGE = 1000


@dataclass(frozen=True)
class Postman:
    """Over the store. `posts` are the doors that have a way out here, by name."""

    store: Store
    posts: Mapping[str, Post]
    tools: Mapping[str, Tool]
    clock: Clock

    async def round(self) -> int:
        """Tell everything that is due; how many conversations were gone on with."""
        count = 0
        while found := await self._claimed():
            for conversation in found:
                await self._one(conversation)
            count += len(found)
        return count

    async def _claimed(self) -> Sequence[Conversation]:
        now = self.clock.now()
        return await self.store.claim_conversations(now, now + LEASE, AT_ONCE)

    async def _one(self, conversation: Conversation) -> None:
        try:
            await self.store.put_down(await self._told(conversation))
        except LeaseLost:
            log.warning("a conversation was taken over", extra={"conversation": conversation.name})
        except TollgateError as error:
            await self._failed(conversation, error)
        except Exception as error:  # noqa: BLE001 - one conversation's trouble is not the others'
            await self._failed(conversation, TollgateError(type(error).__name__))

    async def _told(self, conversation: Conversation) -> Conversation:
        """The conversation after everything there is to tell was told."""
        post = self.posts.get(conversation.door)
        if post is None:
            raise NotFound(f"The door {conversation.door} has no way out here.", "Set what its page says, and retry.")
        if conversation.note:
            await self._send(post, conversation, [post.note(conversation.note, conversation.address)])
            return self._further(conversation, 1, ended=True)
        run = await self.store.get_run(conversation.run)
        if run is None:
            raise NotFound(f"There is no run {conversation.run}.")
        entries = await self._entries(conversation.run)
        story = tell(run, entries, await self._asked(entries), self.tools, self.clock.now())
        await self._send(post, conversation, post.parts(story, conversation.address))
        # A run whose record came after its entries were read is told again: its closing entry is behind `told`.
        ended = story.ended and any(entry.event.kind == "finished" for entry in entries)
        return self._further(conversation, entries[-1].seq if entries else conversation.told, ended=ended)

    async def _send(self, post: Post, conversation: Conversation, parts: Sequence[Part]) -> None:
        kept = {letter.part: letter for letter in await self.store.list_letters(conversation.name)}
        for part in parts:
            letter = kept.get(part.name)
            if letter is not None and letter.digest == part.digest:
                continue
            mark = mark_of(conversation.name, part.name)
            if letter is None:
                await self.store.keep_letter(conversation, Letter(part=part.name))
                ref = ""
            else:
                ref = letter.ref or await post.find(conversation.address, part, mark)
            ref = await post.send(conversation.address, part, mark, ref)
            await self.store.keep_letter(conversation, Letter(part=part.name, ref=ref, digest=part.digest))

    async def _entries(self, run: str) -> list[Entry]:
        found: list[Entry] = []
        while page := await self.store.entries(run=run, after=found[-1].seq if found else 0, limit=PAGE):
            found.extend(page)
        return found

    async def _asked(self, entries: Sequence[Entry]) -> list[Asked]:
        names = dict.fromkeys(e.event.body["approval"] for e in entries if e.event.kind == "approval.asked")
        found = [await self.store.get_approval(name) for name in names]
        return [asked for asked in found if asked is not None]

    def _further(self, conversation: Conversation, told: int, *, ended: bool) -> Conversation:
        changes = {"told": told, "tries": 0, "error": "", "next_at": self.clock.now()}
        return conversation.model_copy(update={**changes, "state": "told" if ended else "open"})

    async def _failed(self, conversation: Conversation, error: TollgateError) -> None:
        tries = conversation.tries + 1
        dead = tries >= MOST_TRIES or not isinstance(error, Retryable)
        why = f"{error.code}: {error.message}"[:500]
        log.warning(
            "nobody could be told", extra={"conversation": conversation.name, "error": error.code, "dead": dead}
        )
        left = conversation.model_copy(
            update={
                "tries": tries,
                "state": "dead" if dead else "open",
                "error": why,
                "next_at": next_try(self.clock.now(), tries, error.retry_after),
            }
        )
        try:
            await self.store.put_down(left)
        except LeaseLost:
            log.warning("a conversation was taken over", extra={"conversation": conversation.name})


def next_try(now: datetime, tries: int, retry_after: float | None) -> datetime:
    """When to try again: twice as late each time, spread by a quarter, and never before the service asked for."""
    doubled: timedelta = min(FIRST_PAUSE * 2.0 ** min(tries - 1, 20), LONGEST_PAUSE)
    pause = doubled * (1 + random.random() / 4)  # noqa: S311
    return now + max(pause, timedelta(seconds=retry_after or 0))


def mark_of(conversation: str, part: str) -> str:
    """The name of a message in its service, by which it is found again: 24 hex digits."""
    return digest([conversation, part])[:24]
