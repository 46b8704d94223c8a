"""What becomes of a call or plan that the gate asks about: wait for people, go on with their yes, or be denied."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workflow.control.approvals.desk import Desk
from workflow.control.approvals.matters import Matter
from workflow.control.approvals.terms import covers, ended, objection, requirements, unheard, used
from workflow.model.approval import Asked
from workflow.model.base import Noun
from workflow.model.decision import Decision
from workflow.model.ports import Event, Reservation, Spend


class Heard(Noun):
    """What people make of a decision; where it is still `ask`, it waits for `asked`. `told` is in the ledger."""

    decision: Decision
    asked: Asked | None = None
    told: tuple[Event, ...] = ()


Tell = Callable[[Heard], tuple[Event, ...]]
"""What the ledger is to be told of a decision."""


async def settled(
    desk: Desk, matter: Matter, decision: Decision, wanted: Sequence[Reservation], spend: Spend, tell: Tell
) -> Heard | None:
    """The decision after people were heard. Where it allows, the money is held, their yes is used up and the ledger is
    told, together.

    None where money was spent since `spend` was read: to be judged again, and nothing was told.
    """
    asking = decision.verdict == "ask"
    heard = _telling(await hear(desk, matter, decision) if asking else Heard(decision=decision), tell)
    if not heard.decision.allowed:
        return await _told(desk, heard)
    if heard.asked is None:
        return heard if await desk.store.reserve(wanted, spend, heard.told) else None
    event = desk.used_event(heard.asked, heard.decision, matter.use)
    came = await desk.store.use_approval(
        heard.asked.request.id, matter.use, wanted, spend, desk.clock.now(), event, heard.told
    )
    if came == "refused":
        return await _told(desk, _telling(Heard(decision=used(heard.asked, decision), asked=heard.asked), tell))
    return heard if came == "held" else None


def _telling(heard: Heard, tell: Tell) -> Heard:
    return heard.model_copy(update={"told": tell(heard)})


async def _told(desk: Desk, heard: Heard) -> Heard:
    for event in heard.told:
        await desk.store.append(event)
    return heard


async def hear(desk: Desk, matter: Matter, decision: Decision) -> Heard:
    """What people say to a decision that asks. Puts the question to them where it is not put yet. Uses nothing up."""
    needs = requirements(decision)
    if not needs:
        return Heard(decision=unheard(decision))
    asked = await _latest(desk, matter)
    if asked is None:
        return await _put(desk, matter, decision)
    if over := _over(desk, matter, asked, decision):
        return Heard(decision=over, asked=asked)
    if asked.closed == "used" and asked.used_by == matter.use:
        return Heard(decision=_allowed(decision), asked=asked)
    if not covers(asked, decision):
        await desk.supersede(asked, "the policy asks for something else now")
        return await _put(desk, matter, decision)
    if asked.state(desk.clock.now()) == "open":
        return Heard(decision=decision, asked=asked)
    if against := objection(asked, decision, matter.subject, await matter.priced()):
        await desk.supersede(asked, against.violations[0].message)
        return Heard(decision=against, asked=asked)
    return Heard(decision=_allowed(decision), asked=asked)


async def unneeded(desk: Desk, matter: Matter, decision: Decision) -> Decision:
    """The decision on something that was asked about before, where the gate does not ask any more.

    A person's no stands even so; a question that is still open is taken back.
    """
    asked = await _latest(desk, matter)
    if asked is None:
        return decision
    over = _over(desk, matter, asked, decision)
    if over is None and not asked.closed:
        await desk.supersede(asked, "the policy does not ask any more")
    return over or decision


async def _latest(desk: Desk, matter: Matter) -> Asked | None:
    """The newest request about it. One that ended says nothing about another call like it; a no does, for its time."""
    who = matter.principal
    asked = await desk.store.latest_approval(who.tenant, who.id, matter.subject)
    now = desk.clock.now()
    state = asked.state(now) if asked else ""
    if asked is not None and state == "expired" and not asked.closed:
        await desk.close_expired(asked)
    if asked is None or matter.kind == "plan":
        return asked
    over = state in ("expired", "revoked") or (state == "denied" and now >= asked.request.expires_at)
    return None if over or (state == "used" and asked.used_by != matter.use) else asked


def _over(desk: Desk, matter: Matter, asked: Asked, decision: Decision) -> Decision | None:
    if asked.closed == "used" and asked.used_by != matter.use:
        return used(asked, decision)
    return ended(asked, decision, desk.clock.now())


async def _put(desk: Desk, matter: Matter, decision: Decision) -> Heard:
    asked = await desk.ask(
        matter.principal, matter.run, matter.subject, matter.steps, decision, requirements(decision),
        kind=matter.kind, cost_cents=matter.cost_cents, priced_cents=await matter.priced(),
    )  # fmt: skip
    return Heard(decision=decision, asked=asked)


def _allowed(decision: Decision) -> Decision:
    return decision.model_copy(update={"verdict": "allow"})
