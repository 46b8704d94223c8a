"""What is asked at a door, done: the same for every door, as whoever the sender is to Tollgate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from functions.webhooks.people import Account, Caller, People, caller
from functions.webhooks.port import Cancel, Door, Heard, Help, Look, Outcome, Reply, Say, Show, Start
from functions.webhooks.words import USAGE
from workflow.control.approvals.desk import Desk
from workflow.intake.intake import Intake
from workflow.model.answering import Conversation
from workflow.model.errors import BadRequest, Conflict, Forbidden, Terminal
from workflow.model.money import usd
from workflow.model.ports import Clock, Store
from workflow.model.run import Run


@dataclass(frozen=True)
class Acting:
    """Over the store. `everybody` says who is who."""

    store: Store
    intake: Intake
    desk: Desk
    everybody: People
    clock: Clock

    async def act(self, door: Door, heard: Heard, name: str) -> Outcome:
        """Do what is asked, once for each `name`. What may not be done is an outcome too. Raises Retryable."""
        try:
            who = caller(self.everybody, door.name, heard.sender, door.channel)
            return await self._done(door, heard, name, who)
        except Terminal as error:
            return Outcome(kind="refused", text=f"{error.message} {error.remedy}".strip(), code=error.code)

    async def _done(self, door: Door, heard: Heard, name: str, who: Caller) -> Outcome:
        match heard.ask:
            case Start() as start:
                return await self._start(door, heard, name, who, start)
            case Reply() as reply:
                return await self._reply(door, heard, name, who, reply)
            case Say() as say:
                return await self._say(who, say)
            case Cancel(run=run, reason=reason):
                await self.intake.cancel(who.principal, run, reason)
                return Outcome(kind="cancelled", text=f"Run {run} is asked to end; what it did is undone.", run=run)
            case Look() as look:
                return await self._look(door, heard, name, who, look)
            case Show() as show:
                return await self._show(who, show)
            case Help(why=why):
                return Outcome(kind="helped", text=f"{why}\n{USAGE}" if why else USAGE)

    async def _start(self, door: Door, heard: Heard, name: str, who: Caller, start: Start) -> Outcome:
        account = who.account
        opened = await self._open(door, heard, name, who)
        try:
            submitted = await self.intake.submit(
                who.principal, start.text, channel=door.channel, key=name, project=start.project or account.project,
                environment=start.environment or account.environment,
            )  # fmt: skip
        except (BadRequest, Conflict):
            if opened:
                await self.store.drop_conversation(name)
            raise
        return _started(submitted.run, account, fresh=submitted.fresh)

    async def _reply(self, door: Door, heard: Heard, name: str, who: Caller, reply: Reply) -> Outcome:
        opened = await self._open(door, heard, name, who)
        try:
            submitted = await self.intake.answer(
                who.principal, reply.run, reply.text, channel=door.channel, key=name
            )  # fmt: skip
        except Terminal:
            if opened:
                await self.store.drop_conversation(name)
            raise
        return _started(submitted.run, who.account, fresh=submitted.fresh)

    async def _say(self, who: Caller, say: Say) -> Outcome:
        if not who.known:
            raise Forbidden(f"{who.principal.id} is not known here and may not decide.", "Let somebody else decide.")
        asked = await self.desk.show(who.principal, say.approval)
        if not asked.request.subject.startswith(say.subject):
            raise Conflict("What is asked is not what you saw.", f"Look at {say.approval} again, and decide on that.")
        said = await self.desk.say(who.principal, say.approval, approved=say.approved, reason=say.reason)
        state, word = said.state(self.clock.now()), "yes" if say.approved else "no"
        return Outcome(
            kind="said", text=f"{who.principal.id} said {word}; {say.approval} is {state}.", run=said.request.run,
            approval=say.approval, body={"state": state},
        )  # fmt: skip

    async def _look(self, door: Door, heard: Heard, name: str, who: Caller, look: Look) -> Outcome:
        run = await self.intake.find(who.principal, look.run)
        if look.follow:
            await self._open(door, heard, name, who, run.id)
        return Outcome(kind="seen", text=standing(run), run=run.id, body=_brief(run))

    async def _show(self, who: Caller, show: Show) -> Outcome:
        if show.what == "form":
            return Outcome(kind="shown", text="")
        asked = await self.desk.show(who.principal, show.approval)
        return Outcome(
            kind="shown", text="", approval=show.approval, body={"asked": asked.model_dump(mode="json")}
        )  # fmt: skip

    async def _open(self, door: Door, heard: Heard, name: str, who: Caller, run: str = "") -> bool:
        """Kept before the demand is, so that it is told of whatever happens in between. False where it was before."""
        now = self.clock.now()
        conversation = Conversation(
            name=name, tenant=who.principal.tenant, owner=who.principal.id, run=run, door=door.name,
            address=heard.address, next_at=now, at=now,
        )  # fmt: skip
        return await self.store.open_conversation(conversation)


def _started(run: Run, account: Account, *, fresh: bool) -> Outcome:
    tenant, project = run.tenant, run.request.project
    verb = "is taken in" if fresh else "was taken in before"
    text = f"Run {run.id} {verb}. It is on the account of {tenant}, project {project}."
    return Outcome(kind="started", text=text, run=run.id, body=_brief(run))


def standing(run: Run) -> str:
    """How a run is doing, in a sentence."""
    if run.record is None:
        return f"Run {run.id} is {run.state}" + (f": {run.waits_for}" if run.waits_for else ".")
    record = run.record
    cost = f" {usd(record.cost_cents)}." if record.cost_cents else ""
    return f"Run {run.id} {record.state}: {record.reason}{cost} {record.remedy}".strip()


def _brief(run: Run) -> dict[str, object]:
    return {"id": run.id, "state": run.state, "tenant": run.tenant, "project": run.request.project}


Doors = Mapping[str, Door]
"""The doors that are open here, by name."""
