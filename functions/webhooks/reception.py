"""What every delivery goes through: authentic, new, understood, somebody's; then done, and answered."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from datetime import timedelta

from functions.webhooks.acting import Acting
from functions.webhooks.port import MAX_BODY, Answer, Door, Heard, Outcome, Posted
from workflow.model.answering import Conversation
from workflow.model.base import digest
from workflow.model.errors import BadRequest, Retryable, TollgateError, Unauthorized
from workflow.model.ports import Clock, Store
from workflow.model.submission import MAX_KEY

log = logging.getLogger(__name__)

NOTED = ("seen", "helped", "refused", "cancelled", "said")
"""Outcomes that nothing else will tell the sender of."""


@dataclass(frozen=True)
class Reception:
    """Over the store. Says nothing about what it does not believe."""

    store: Store
    acting: Acting
    clock: Clock

    async def receive(self, door: Door, posted: Posted) -> Answer:
        """One delivery, whatever it is. 401 for what is not authentic, 409 for what came before to the byte."""
        try:
            return await self._received(door, posted)
        except Unauthorized as error:
            log.warning("a delivery was refused", extra={"door": door.name})
            return failure(401, error)
        except BadRequest as error:
            return failure(400, error)
        except Retryable as error:
            log.warning("a delivery must come again", extra={"door": door.name, "code": error.code})
            return later(error)

    async def _received(self, door: Door, posted: Posted) -> Answer:
        if len(posted.body) > MAX_BODY:
            raise BadRequest(f"More than {MAX_BODY} bytes are not read.")
        now = self.clock.now()
        nonce = door.verify(posted, now)
        heard = door.read(posted)
        if isinstance(heard, Answer):
            return heard
        if nonce and not await self.store.note_delivery(door.name, digest(nonce), now, now + 2 * door.window):
            return failure(409, BadRequest("This came before, to the byte.", "Sign it again to send it again."))
        name = conversation_name(door.name, heard.delivery)
        outcome = await self.acting.act(door, heard, name)
        if door.notes and outcome.kind in NOTED:
            await self._note(door, heard, name, outcome)
        return await self._answered(door, heard, outcome)

    async def _answered(self, door: Door, heard: Heard, outcome: Outcome) -> Answer:
        """The answer, after its calls were made. What was done stays done where a call fails; that is only said."""
        answer = door.answer(heard, outcome)
        for call in answer.calls:
            try:
                await door.do(call)
            except TollgateError as error:
                log.warning("a call failed", extra={"door": door.name, "method": call.method, "code": error.code})
        return answer

    async def _note(self, door: Door, heard: Heard, name: str, outcome: Outcome) -> None:
        now = self.clock.now()
        word = {"text": outcome.text, "sender": heard.sender, "code": outcome.code}
        await self.store.open_conversation(
            Conversation(
                name=conversation_name("note", name), tenant="tollgate", owner="tollgate", door=door.name,
                address=heard.address, note=word, next_at=now + timedelta(0), at=now,
            )
        )  # fmt: skip


def conversation_name(door: str, delivery: str) -> str:
    """The name of a demand: the same for the same delivery, however often it comes."""
    name = f"{door}:{delivery}"
    return name if len(name) <= MAX_KEY else f"{door}:{digest(delivery)}"


def later(error: Retryable) -> Answer:
    """Asks the sender to come again."""
    seconds = str(math.ceil(error.retry_after or 1))
    return Answer(503, failure(503, error).body, headers={"Retry-After": seconds})


def failure(status: int, error: TollgateError) -> Answer:
    """What the error says, and what to do about it."""
    return Answer(status, {"error": {"code": error.code, "message": error.message, "remedy": error.remedy}})
