"""A move as a question to people: put once, with all that a yes would let happen, and used up once."""

from __future__ import annotations

from workflow.deploy.context import Context
from workflow.model.approval import Asked, Requirement
from workflow.model.decision import Decision, Violation
from workflow.model.deployment import Saving
from workflow.model.money import cents, usd
from workflow.model.ports import Reservation
from workflow.model.principal import Principal
from workflow.model.reevaluation import Reevaluation
from workflow.reevaluate.moves import Move

CODE = "REEVALUATION_MOVE"
PROJECT = "default"
"""Whose money a call without tags is taken to be: releases and routes name no project, and cost none."""
USES = 20
"""How often a yes is tried to be used while others spend from the same budget."""


async def put(context: Context, who: Principal, move: Move, saving: Saving, terms: Reevaluation) -> Asked:
    """The question at the desk; the one that is there already where it is the same."""
    need = Requirement(code=CODE, **{**terms.approval.model_dump(), "roles": tuple(terms.approval.roles)})
    total = cents(move.plan.cost.total)
    return await context.control.desk.ask(
        who, saving.id, move.plan.digest, move.plan.steps, _asks(context, move, saving), [need], kind="call",
        cost_cents=total, priced_cents=total,
    )  # fmt: skip


def stands(context: Context, asked: Asked, move: Move) -> bool:
    """Whether a yes to it is to this move, under the policy of now."""
    return asked.request.subject == move.plan.digest and asked.request.revision == context.gate.revision


async def use(context: Context, asked: Asked, move: Move, saving: Saving) -> bool:
    """Use the yes up. What comes after the new place is up is held with it, at no cost: so the yes stands for it."""
    now, keys = context.clock.now(), [step.key for step in move.after]
    held = [Reservation(key=key, run=saving.id, tenant=saving.tenant, project=PROJECT, cents=0, at=now) for key in keys]
    event = context.control.desk.used_event(asked, _asks(context, move, saving), saving.id)
    for _ in range(USES):
        spend = await context.store.spend(saving.tenant, PROJECT, now, without=keys)
        came = await context.store.use_approval(asked.request.id, saving.id, held, spend, now, event)
        if came != "spent":
            return came == "held"
    return False


async def let_go(context: Context, saving: Saving) -> None:
    """Free what was held for a move that does not come about."""
    for held in await context.store.list_reservations(saving.id):
        if held.state == "held":
            await context.store.release(held.key)


def _asks(context: Context, move: Move, saving: Saving) -> Decision:
    why = Violation(
        code=CODE,
        message=f"Run {saving.deployment} would cost {usd(saving.saving_cents_month)} less a month on "
        f"{saving.offer.place} ({saving.offer.machine}); moving it costs {usd(saving.migration_cents)} once.",
        remedy="Have an approver say yes; until then it stays where it is.",
    )
    return Decision(verdict="ask", violations=(why,), revision=context.gate.revision, input_digest=move.plan.digest)
