"""One look at one deployment: what it pays, where it would cost least, and the next step of what was found before."""

from __future__ import annotations

from datetime import datetime

from workflow.control.emergency import freezes
from workflow.deploy.brief import brief
from workflow.deploy.context import Context
from workflow.deploy.state import dump
from workflow.model.base import Noun
from workflow.model.deployment import OPEN, Deployment, Saving, SavingState
from workflow.model.errors import InHand, NotFound
from workflow.model.ports import Event
from workflow.model.principal import Principal
from workflow.model.reevaluation import Reevaluation
from workflow.model.run import Record
from workflow.model.workload import Workload
from workflow.reevaluate import proposal
from workflow.reevaluate.carry import Conduct, carry_out
from workflow.reevaluate.moves import cutover, move_of, mover, pinned, request_of, saving_id
from workflow.reevaluate.standing import Standing
from workflow.reevaluate.survey import best_place, price_today
from workflow.reevaluate.verdict import Verdict, evaluate

REMEMBERED = 20


class Looked(Noun):
    """What came of it. `saving` is None where nothing was found."""

    standing: Standing
    verdict: Verdict
    saving: Saving | None = None


async def standing_of(context: Context, deployment: Deployment) -> Standing:
    """What is known of it now. Only reads."""
    record = deployment.record
    work = await _asked_first(context, record)
    if work is None or record.offer is None:
        raise NotFound(f"The record of run {record.run} has no workload or offer.", "Release it, and ask for it anew.")
    known = await context.store.list_savings(deployment=deployment.run, limit=REMEMBERED)
    settled = [each.changed_at for each in known if each.state in ("taken", "refused")]
    if await context.store.get_saving(record.run) is not None:
        settled.append(record.finished_at)
    wanted = brief(work)
    return Standing(
        deployment=deployment,
        work=work,
        brief=wanted,
        pays=await price_today(context, record.offer, wanted),
        open=next((each for each in known if each.state in OPEN), None),
        settled_at=max(settled, default=None),
        freezes=tuple(await freezes(context.store)),
    )


async def _asked_first(context: Context, record: Record) -> Workload | None:
    """What was asked for before any move. A move's own record has the one place that it was for."""
    while (saving := await context.store.get_saving(record.run)) is not None:
        before = await context.store.get_run(saving.deployment)
        if before is None or before.record is None:
            break
        record = before.record
    return record.workload


async def judge(context: Context, standing: Standing, terms: Reevaluation) -> Verdict:
    """The verdict. What was proposed is looked at in the place that was proposed: only that is what a yes is to."""
    now, held = context.clock.now(), standing.open
    name = held.id if held else saving_id(standing.deployment.run, now)
    request = request_of(standing.deployment, name, terms, now)
    wanted = standing.brief
    if held is not None and held.state == "proposed":
        wanted = brief(pinned(standing.work, held))
    return evaluate(standing, await best_place(context, request, wanted), terms, now)


async def look(
    context: Context, conduct: Conduct, deployment: Deployment, terms: Reevaluation, *, dry_run: bool
) -> Looked:
    """Look and, unless it is a dry run, do what follows."""
    standing = await standing_of(context, deployment)
    verdict = await judge(context, standing, terms)
    if dry_run:
        return Looked(standing=standing, verdict=verdict, saving=standing.open)
    following = _Following(context, conduct, standing, verdict, terms)
    return Looked(standing=standing, verdict=verdict, saving=await following.next())


class _Following:
    """What follows from a verdict, one state after another, until something has to be waited for."""

    def __init__(
        self, context: Context, conduct: Conduct, standing: Standing, verdict: Verdict, terms: Reevaluation
    ) -> None:
        self.context, self.conduct, self.terms = context, conduct, terms
        self.standing, self.verdict, self.now = standing, verdict, context.clock.now()

    async def next(self) -> Saving | None:
        saving = self.standing.open or await self._found()
        if saving is not None and saving.state == "found":
            saving = await self._decided(saving)
        elif saving is not None and saving.state == "proposed":
            saving = await self._answered(saving)
        if saving is not None and saving.state == "moving":
            saving = await self._carried(saving)
        return saving

    async def _found(self) -> Saving | None:
        if not self.verdict.counts:
            return None
        return await self._kept(self._fresh(saving_id(self.standing.deployment.run, self.now), self.now), "found")

    async def _decided(self, saving: Saving) -> Saving:
        if not self.verdict.counts:
            return await self._kept(saving, "lapsed", "It costs no longer less elsewhere.")
        if self.verdict.verdict == "stay":
            return saving
        fresh = self._fresh(saving.id, saving.found_at)
        if self.verdict.verdict == "move":
            return await self._kept(fresh, "moving")
        asked = await proposal.put(
            self.context, self._who, move_of(self.standing, fresh, self.terms), fresh, self.terms
        )
        return await self._kept(fresh.model_copy(update={"approval": asked.request.id}), "proposed")

    async def _answered(self, saving: Saving) -> Saving:
        asked = await self.context.store.get_approval(saving.approval)
        state = "revoked" if asked is None else asked.state(self.now)
        if asked is None or state not in ("open", "approved", "used"):
            if asked is not None and state == "expired":
                await self.context.control.desk.close_expired(asked)
            return await self._kept(saving, "refused", f"The proposal {saving.approval} is {state}.")
        move = move_of(self.standing, saving, self.terms)
        if not self.verdict.counts or not proposal.stands(self.context, asked, move):
            why = "It is not what was proposed any more."
            await self.context.control.desk.supersede(asked, why)
            return await self._kept(saving, "lapsed", why)
        if state == "open" or self.verdict.verdict == "stay":
            return saving
        if not await proposal.use(self.context, asked, move, saving):
            return saving
        return await self._kept(saving, "moving")

    async def _carried(self, saving: Saving) -> Saving:
        request = request_of(self.standing.deployment, saving.id, self.terms, self.now)
        work, after = pinned(self.standing.work, saving), cutover(self.standing, saving, self.terms)
        came = await carry_out(self.context, self.conduct, request, work, after, saving)
        if came.state == "refused":
            await proposal.let_go(self.context, saving)
        return await self._kept(came, came.state, came.reason) if came != saving else saving

    @property
    def _who(self) -> Principal:
        return mover(self.standing.owner, self.terms)

    def _fresh(self, name: str, found_at: datetime) -> Saving:
        """What was found, as it is now."""
        target, cost = self.verdict.target, self.verdict.migration
        if target is None or cost is None:
            raise ValueError("what counts has a target")
        return Saving(
            id=name,
            deployment=self.standing.deployment.run,
            tenant=self.standing.owner.tenant,
            state="found",
            offer=target.priced.offer,
            cost=target.priced.cost,
            was=self.standing.pays.offer.snapshot,
            saving_cents_month=self.verdict.saving_cents_month,
            migration_cents=cost.cents,
            found_at=found_at,
            changed_at=self.now,
        )

    async def _kept(self, saving: Saving, state: SavingState, reason: str = "") -> Saving:
        changed = {"state": state, "reason": reason, "changed_at": self.context.clock.now()}
        kept = saving.model_copy(update=changed)
        body = {"saving": dump(kept), "verdict": dump(self.verdict)}
        event = Event(run=kept.id, tenant=kept.tenant, kind=f"saving.{state}", body=body, at=self.context.clock.now())
        if not await self.context.store.save_saving(kept, event):
            raise InHand(f"Another process looks at run {kept.deployment}.")
        return kept
