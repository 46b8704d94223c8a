"""The one way in: whatever door words come through, they become exactly one run, which an orchestrator goes on with."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from workflow.intake.request import make_request
from workflow.intake.stopping import ask_to_cancel, find_run
from workflow.model.base import Noun, digest
from workflow.model.begin import begin
from workflow.model.errors import BadRequest, Conflict, StoreBroken
from workflow.model.ports import Clock, Store
from workflow.model.principal import Channel, Principal
from workflow.model.run import Run
from workflow.model.submission import MAX_KEY, Claim
from workflow.model.wake import Wake
from workflow.model.workload import Request, Until


class Submitted(Noun):
    """The run that a demand became. Not `fresh`: the same was demanded before, and this is the run of then."""

    run: Run
    fresh: bool


@dataclass(frozen=True)
class Intake:
    """Over the store. Nothing is conducted here: a run is kept as due, and `wake` tells the orchestrators."""

    store: Store
    wake: Wake
    clock: Clock

    async def submit(
        self,
        principal: Principal,
        text: str,
        *,
        channel: Channel,
        key: str = "",
        project: str = "default",
        environment: str = "development",
        until: Until = "running",
    ) -> Submitted:
        """A run for these words.

        `key` is the sender's own name for the demand, such as a delivery's id: the same key of the same principal is
        the same run, however often it comes. Without one, every call is a new demand. Raises BadRequest for words
        that cannot be one, Conflict where the key stands for other words.
        """
        who = principal.model_copy(update={"channel": channel})
        request = make_request(who, text, self.clock.now(), project=project, environment=environment, until=until)
        return await self._keep(request, key)

    async def answer(
        self, principal: Principal, name: str, answer: str, *, channel: Channel, key: str = ""
    ) -> Submitted:
        """The demand of a run that ended with a question, made again with the answer, as whoever gives it.

        Without a `key` one principal answers a run once. Raises NotFound, and Conflict where nothing was asked.
        """
        asked = (await self.find(principal, name)).request
        if not await self.question(principal, name):
            raise Conflict(f"Run {name} asks nothing.", "Send a new request.")
        who = principal.model_copy(update={"channel": channel})
        text, now = f"{asked.text}\n{answer}", self.clock.now()
        request = make_request(who, text, now, project=asked.project, environment=asked.environment, until=asked.until)
        return await self._keep(request, key or f"answer:{name}", answers=name)

    async def question(self, principal: Principal, name: str) -> str:
        """The one question that the run ended with; empty where it asks nothing. Raises NotFound."""
        record = (await self.find(principal, name)).record
        return record.remedy if record is not None and record.code == "UNCLEAR" else ""

    async def find(self, principal: Principal, name: str) -> Run:
        """A run of the principal's tenant. Raises NotFound for any other, so that nobody learns of it."""
        return await find_run(self.store, principal, name)

    async def cancel(self, principal: Principal, name: str, reason: str = "") -> Run:
        """Ask that the run end and what it did be undone; the run as it is now. Once more is harmless.

        Raises NotFound, Forbidden for who has no say in it, and Conflict where it has ended.
        """
        run = await ask_to_cancel(self.store, self.clock, principal, name, reason)
        await self.wake.publish(name)
        return run

    async def _keep(self, request: Request, key: str, **more: str) -> Submitted:
        run, event = begin(request, request.submitted_at, **more)
        claim = _claim(request, key) if key else None
        before = await self.store.submit_run(run, event, request.submitted_at, claim)
        if before is None:
            await self.wake.publish(run.id)
            return Submitted(run=run, fresh=True)
        if claim is None or before.digest != claim.digest:
            raise Conflict(
                f"The key {key!r} stands for another request, run {before.run}.", "Send a new request under a new key."
            )
        return Submitted(run=await self._kept(before), fresh=False)

    async def _kept(self, claim: Claim) -> Run:
        run = await self.store.get_run(claim.run)
        if run is None:
            raise StoreBroken(f"The run {claim.run} of a known key is gone.")
        # Told before, perhaps to a queue that was away.
        await self.wake.publish(run.id)
        return run


def _claim(request: Request, key: str) -> Claim:
    """Who demanded, under which key, and the digest of what: the words, whose budget, where, and until when.

    A key that stood for a demand before there was an `until` stands for it still.
    """
    until = [] if request.until == "running" else [request.until]
    demanded = digest([request.text, request.project, request.environment, *until])
    who = request.principal
    try:
        return Claim(tenant=who.tenant, owner=who.id, key=key, digest=demanded, run=request.id)
    except ValidationError:
        raise BadRequest(f"A key is at most {MAX_KEY} printable ASCII characters.", "Send another one.") from None
