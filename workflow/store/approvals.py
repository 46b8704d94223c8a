"""The store's part of approvals: each method one transaction, with what the ledger is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workflow.model.approval import Approval, ApprovalRequest, Asked, Closing
from workflow.model.errors import Forbidden
from workflow.model.ports import Approvals, Event, Reservation, Spend, Used
from workflow.store import asked, budget, events, places
from workflow.store.database import OnDatabase


class ApprovalStore(OnDatabase, Approvals):
    """The Approvals port."""

    async def ask_approval(self, request: ApprovalRequest, event: Event) -> Asked:
        """Keep the request, or return the open one of the same requester for the same subject."""
        async with self._database.writing(f"subject {request.subject}") as transaction:
            kept, fresh = await asked.ask(transaction, request)
            if fresh:
                await events.append(transaction, event)
            return kept

    async def get_approval(self, name: str) -> Asked | None:
        """The request with what was said, or None."""
        async with self._database.reading() as transaction:
            return await asked.find(transaction, name)

    async def latest_approval(self, tenant: str, requester: str, subject: str) -> Asked | None:
        """The newest request of this person for this subject, or None."""
        async with self._database.reading() as transaction:
            return await asked.latest(transaction, tenant, requester, subject)

    async def list_approvals(
        self, *, tenant: str | None = None, unclosed: bool = False, limit: int = 50
    ) -> Sequence[Asked]:
        """Newest first; `unclosed` leaves out those that were closed."""
        async with self._database.reading() as transaction:
            return await asked.listed(transaction, tenant, unclosed, limit)

    async def say_approval(self, word: Approval, now: datetime, event: Event, nonce: str | None = None) -> Asked:
        """Keep a person's word; with a form's `nonce`, only if that is good, and use it up. Forbidden if it is not."""
        async with self._database.writing(f"approval {word.request}") as transaction:
            if nonce is not None and not await asked.redeem(transaction, nonce, word.request, word.approver, now):
                raise Forbidden("This form was sent before, or is too old.", "Open the page again.")
            said, fresh = await asked.say(transaction, word, now)
            if said.state(now) != "open":
                await places.wake(transaction, word.request, now)
            if fresh:
                await events.append(transaction, event)
            return said

    async def close_approval(self, name: str, how: Closing, now: datetime, event: Event) -> bool:
        """Close a request that was not closed before; False where it was."""
        async with self._database.writing(f"approval {name}") as transaction:
            closed = await asked.close(transaction, name, how, now)
            if closed:
                await places.wake(transaction, name, now)
                await events.append(transaction, event)
            return closed

    async def use_approval(
        self,
        name: str,
        by: str,
        reservations: Sequence[Reservation],
        expected: Spend,
        now: datetime,
        event: Event,
        decided: Sequence[Event] = (),
    ) -> Used:
        """Use an approved request up and hold the money, together or not at all."""
        money = {f"budget {one.tenant}" for one in reservations} | {f"reservation {one.key}" for one in reservations}
        async with self._database.writing(f"approval {name}", *money) as transaction:
            before = await asked.get(transaction, name)
            if not (before.state(now) == "approved" or (before.closed == "used" and before.used_by == by)):
                return "refused"
            if not await budget.reserve(transaction, reservations, expected):
                return "spent"
            if not before.closed:
                await asked.use(transaction, name, by, now)
                await events.append(transaction, event)
            await events.append_all(transaction, decided)
            return "held"

    async def issue_form(self, nonce: str, request: str, person: str, now: datetime, expires: datetime) -> None:
        """Remember a form's nonce, good once for this person and request."""
        async with self._database.writing(f"forms {person}") as transaction:
            await asked.issue(transaction, nonce, request, person, now, expires)
