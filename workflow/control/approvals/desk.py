"""Where questions to people are put, answered and taken back. Every step is told to the ledger as it is kept."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from workflow.model.approval import Approval, ApprovalRequest, Asked, Elevation, Lift, Requirement, Terms, unentitled
from workflow.model.base import Json, Noun, digest
from workflow.model.decision import Decision
from workflow.model.errors import BadRequest, Forbidden, NotFound
from workflow.model.plan import Step
from workflow.model.ports import Clock, Event, Store
from workflow.model.principal import Principal
from workflow.model.wake import Silent, Wake

FORM_MINUTES = 30
"""How long a form on the approval page can be sent."""


@dataclass(frozen=True)
class Desk:
    """Over the store. `terms` are what the operator set."""

    store: Store
    clock: Clock
    terms: Terms
    wake: Wake = field(default_factory=Silent)

    async def ask(
        self,
        principal: Principal,
        run: str,
        subject: str,
        steps: Sequence[Step],
        decision: Decision,
        needs: Sequence[Requirement],
        *,
        kind: str,
        cost_cents: int,
        priced_cents: int | None,
    ) -> Asked:
        """Put the gate's question to people, or find it where it was put already."""
        return await self._put(
            principal, needs, run=run, subject=subject, steps=tuple(steps), kind=kind, cost_cents=cost_cents,
            priced_cents=priced_cents, revision=decision.revision, violations=decision.violations,
            tolerance_percent=self.terms.price_tolerance_percent,
        )  # fmt: skip

    async def ask_role(self, principal: Principal, lift: Lift, reason: str, revision: str) -> Asked:
        """Ask for a role. Raises BadRequest where it is had already, or asked for too long."""
        if lift.role in principal.roles:
            raise BadRequest(f"{principal.id} has the role {lift.role} already.", "Use it.")
        if lift.hours > self.terms.elevation_hours:
            raise BadRequest(f"A role is lent for {self.terms.elevation_hours:g} hours at most.", "Ask for fewer.")
        if not reason.strip():
            raise BadRequest("Somebody has to decide on this.", "Give a --reason.")
        subject = digest([principal.tenant, principal.id, lift.model_dump(mode="json")])
        return await self._put(
            principal, [self.terms.elevation], run="", subject=subject, kind="elevation", cost_cents=0, lift=lift,
            reason=reason, revision=revision,
        )  # fmt: skip

    async def show(self, person: Principal, name: str) -> Asked:
        """A request of the person's own tenant. Raises NotFound for any other, so that nobody learns of it."""
        asked = await self.store.get_approval(name)
        if asked is None or asked.request.tenant != person.tenant:
            raise NotFound(f"There is no approval {name}.", "List them with `tollgate approvals list`.")
        return asked

    async def form(self, person: Principal, name: str) -> str:
        """A nonce for one form about this request, shown to this person."""
        nonce, now = secrets.token_urlsafe(32), self.clock.now()
        await self.store.issue_form(nonce, name, person.id, now, now + timedelta(minutes=FORM_MINUTES))
        return nonce

    async def say(
        self, person: Principal, name: str, *, approved: bool, reason: str = "", nonce: str | None = None
    ) -> Asked:
        """A person's yes or no. A form's `nonce` must be good. A role that all agreed to lend is lent.

        Raises Forbidden for a person who has no say in it, BadRequest where nothing can be said any more.
        """
        asked = await self.show(person, name)
        if why := unentitled(asked.request, person):
            raise Forbidden(why, "Let somebody else decide.")
        now = self.clock.now()
        word = Approval(
            request=name, subject=asked.request.subject, approver=person.id, roles=person.roles, approved=approved,
            reason=reason.strip(), decided_at=now,
        )  # fmt: skip
        kind = "approval.approved" if approved else "approval.denied"
        said = await self.store.say_approval(word, now, self._event(asked.request, kind, {"word": _dump(word)}), nonce)
        if said.request.lift is not None and said.state(now) == "approved":
            await self._lend(said, said.request.lift)
        if said.request.run and said.state(now) != "open":
            await self.wake.publish(said.request.run)
        return said

    async def revoke(self, person: Principal, name: str, reason: str = "") -> Asked:
        """Take back a question (who asked it) or a yes (who has a say in it), and a role that was lent by it."""
        asked = await self.show(person, name)
        if person.id != asked.request.requester and (why := unentitled(asked.request, person)):
            raise Forbidden(why, "Let the requester or an approver revoke it.")
        now, body = self.clock.now(), {"by": person.id, "reason": reason.strip()}
        if asked.closed == "used" and asked.request.lift is not None:
            if not await self.store.revoke_elevation(name, now, self._event(asked.request, "elevation.revoked", body)):
                raise BadRequest(f"The role of {name} was revoked before.")
        elif not await self.store.close_approval(
            name, "revoked", now, self._event(asked.request, "approval.revoked", body)
        ):
            raise BadRequest(f"The request {name} is {asked.state(now)}; there is nothing left to revoke.")
        return await self.show(person, name)

    async def close_expired(self, asked: Asked) -> None:
        """Write down that nobody answered in time."""
        event = self._event(asked.request, "approval.expired", {"expires_at": asked.request.expires_at.isoformat()})
        await self.store.close_approval(asked.request.id, "expired", self.clock.now(), event)

    async def supersede(self, asked: Asked, why: str) -> None:
        """Take back a question that is no longer the right one."""
        event = self._event(asked.request, "approval.revoked", {"by": "tollgate", "reason": why})
        await self.store.close_approval(asked.request.id, "revoked", self.clock.now(), event)

    async def answered(self) -> tuple[str, ...]:
        """The runs whose question has an answer, or no more time: they can go on."""
        now = self.clock.now()
        waiting = await self.store.list_approvals(unclosed=True, limit=10_000)
        return tuple(a.request.run for a in waiting if a.request.kind == "plan" and a.state(now) != "open")

    def used_event(self, asked: Asked, decision: Decision, by: str) -> Event:
        """What the ledger is told of the one use."""
        approvers = [word.approver for word in asked.words]
        return self._event(
            asked.request, "approval.used", {"by": by, "approvers": approvers, "decision": _dump(decision)}
        )

    async def _put(self, principal: Principal, needs: Sequence[Requirement], **fields: object) -> Asked:
        now = self.clock.now()
        request = ApprovalRequest.model_validate(
            {
                "id": f"a{now:%y%m%d}-{secrets.token_hex(8)}",
                "tenant": principal.tenant,
                "requester": principal.id,
                "requirements": tuple(needs),
                "asked_at": now,
                "expires_at": now + timedelta(hours=min(need.hours for need in needs)),
                **fields,
            }
        )
        event = self._event(request, "approval.asked", {"request": _dump(request)})
        return await self.store.ask_approval(request, event)

    async def _lend(self, asked: Asked, lift: Lift) -> None:
        request, now = asked.request, self.clock.now()
        elevation = Elevation(
            id=request.id, tenant=request.tenant, principal=request.requester, role=lift.role, once=lift.once,
            granted_by=tuple(word.approver for word in asked.words), since=now, until=now + timedelta(hours=lift.hours),
        )  # fmt: skip
        event = self._event(request, "elevation.granted", {"elevation": _dump(elevation)})
        await self.store.lend_role(elevation, now, event)

    def _event(self, request: ApprovalRequest, kind: str, body: Json) -> Event:
        about = {"approval": request.id, "subject": request.subject, **body}
        return Event(run=request.run or request.id, tenant=request.tenant, kind=kind, body=about, at=self.clock.now())


def _dump(noun: Noun) -> Json:
    return noun.model_dump(mode="json")
