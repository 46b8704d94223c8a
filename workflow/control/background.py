"""Writes that go on after they were answered, so that nobody holds a connection while a machine starts.

A task is entries of the ledger: what was asked, before its handle is given away, perhaps that it is not wanted any
more, and what came of it. The process may die in between: then whoever asks for the task sends its call again, and the
key makes that the same effect. So it is done while an outcome is unknown: no connection lasts as long as the work.

A task that is cancelled before its effect was sent for does nothing. Afterwards the effect is let finish, because half
of one is worse; what it made is released again, in the caller's name, and what cannot be is named.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from mcp_handlers.kernel import deadline, faults
from mcp_handlers.kernel.elicit import plain
from mcp_handlers.kernel.endpoint import Service
from mcp_handlers.kernel.identity import Identity
from mcp_handlers.kernel.intake import VERSION
from mcp_handlers.kernel.result import DECISION, ERROR, RECEIPT, Result, failed
from mcp_handlers.kernel.retry import settles
from mcp_handlers.kernel.tasks import Status, Wish, handle, told, wished
from mcp_handlers.kernel.wire import INTERNAL_ERROR
from mcp_handlers.tools.contract import Tool
from workflow.control.occasion import RUN, SINCE, STEP
from workflow.model.base import Json
from workflow.model.errors import OutcomeUnknown, TollgateError, Unauthorized, failure
from workflow.model.ports import Clock, Event, Store
from workflow.model.principal import Principal
from workflow.model.resource import Receipt

BEGAN = "task.began"
UNWANTED = "task.unwanted"
ENDED = "task.ended"
PATIENCE = 1.0
"""Seconds. What is done sooner is answered plainly: asking again would only take longer."""
PAUSE = 5.0
"""Seconds between two questions about an effect whose outcome is unknown."""
REPEAT_MS = 25_000.0
"""Milliseconds that asking again may take: less than any platform gives a request."""
LONGEST = timedelta(hours=1)
"""After this the unknown outcome is the task's result."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Work:
    """A task's call: who asked for it, with which headers, for what, and whether it is still wanted."""

    headers: Mapping[str, str]
    task: str
    principal: Principal
    asked: Json
    wish: Wish


@dataclass(frozen=True)
class Background:
    """Tasks over the service that performs the calls. `_running` are those that this process is at work on, with
    whether they are still wanted."""

    service: Service
    tools: Mapping[str, Tool]
    store: Store
    identity: Identity
    clock: Clock
    patience: float = PATIENCE
    pause: float = PAUSE
    _running: dict[str, tuple[asyncio.Task[None], Wish]] = field(default_factory=dict)

    async def call(self, headers: Mapping[str, str], tool: str, arguments: Json, meta: Json) -> Result:
        """The call's own answer if it is quick or a read, else a handle. Raises what the service raises."""
        if self.tools[tool].risk == "read":
            return await self.service.call(headers, tool, arguments, meta)
        principal = await self.identity.authenticate(headers, writes=True)
        wish, since = Wish(), int(self.clock.now().timestamp() * 1000)
        with wished(wish):
            work = asyncio.create_task(self.service.call(headers, tool, arguments, meta))
        await asyncio.wait({work}, timeout=self.patience)
        if work.done():
            return work.result()
        task = secrets.token_urlsafe(24)
        known = {SINCE: since, **_named(meta)}
        asked = {"principal": principal.id, "tool": tool, "arguments": arguments, "meta": known}
        self._follow(_Work(headers, task, principal, asked, wish), work)
        began = await self.store.append(self._event(task, principal, BEGAN, asked))
        return handle(task, began.event.at)

    async def state(self, headers: Mapping[str, str], task: str, *, waits: bool) -> Json | None:
        """The task as `tasks/get` tells it; None for what is not this principal's.

        A function's process is frozen between two requests, and its tasks with it: they get on while somebody `waits`.
        """
        principal = await self.identity.authenticate(headers, writes=False)
        found = await self._state(headers, task, principal)
        if not waits or task not in self._running or found is None:
            return found
        await asyncio.wait({self._running[task][0]}, timeout=self.patience)
        return await self._state(headers, task, principal)

    async def _state(self, headers: Mapping[str, str], task: str, principal: Principal) -> Json | None:
        # The first of a kind: two processes may have been at work on it, and an end that was told is the end.
        entries = {entry.event.kind: entry.event for entry in reversed(await self.store.entries(run=_run(task)))}
        began, ended = entries.get(BEGAN), entries.get(ENDED)
        if began is None or (began.tenant, began.body["principal"]) != (principal.tenant, principal.id):
            return None
        if ended is not None:
            status: Status = "failed" if "error" in ended.body else "completed"
            # A cancelled one says so itself.
            return {**told(task, began.at, ended.at, status), **ended.body}
        if task not in self._running:
            self._again(headers, task, principal, began.body, unwanted=UNWANTED in entries)
        return told(task, began.at, self.clock.now(), "working")

    async def cancel(self, headers: Mapping[str, str], task: str) -> None:
        """Keep that the task is not wanted any more, and tell whoever is at work on it."""
        principal = await self.identity.authenticate(headers, writes=True)
        await self.store.append(self._event(task, principal, UNWANTED, {"principal": principal.id}))
        if task in self._running:
            self._running[task][1].cancelled = True

    def _again(
        self, headers: Mapping[str, str], task: str, principal: Principal, asked: Json, *, unwanted: bool
    ) -> None:
        """The process that began it is gone: the same call, with the caller's token of now. It may have been sent."""
        again = _Work(headers, task, principal, asked, Wish(cancelled=unwanted, sent=True))
        self._follow(again, asyncio.create_task(self._settled(again)))

    def _call(self, work: _Work) -> Coroutine[None, None, Result]:
        return self.service.call(work.headers, work.asked["tool"], work.asked["arguments"], work.asked["meta"])

    def _follow(self, work: _Work, under_way: asyncio.Task[Result]) -> None:
        self._running[work.task] = (asyncio.create_task(self._end(work, under_way)), work.wish)

    async def _end(self, work: _Work, under_way: asyncio.Task[Result]) -> None:
        task, principal = work.task, work.principal
        try:
            result = await self._known(work, under_way)
            came = {"result": {"resultType": "complete", **result.wire()}}
            if work.wish.cancelled:
                came = await self._undone(work, result)
            await self.store.append(self._event(task, principal, ENDED, came))
        except Unauthorized:
            # The caller's token is over. Whoever asks for the task next brings one.
            log.info("task %s waits for its caller", task)
        except Exception as error:  # noqa: BLE001 - whatever it is, the task has an end
            log.error("unexpected %s in task %s", faults.told(error), task)
            came = {"error": {"code": INTERNAL_ERROR, "message": "Internal error"}}
            await self.store.append(self._event(task, principal, ENDED, came))
        finally:
            del self._running[task]

    async def _known(self, work: _Work, under_way: Awaitable[Result]) -> Result:
        """The call's result; as long as its outcome is unknown, that of the same call again. Raises Unauthorized."""
        result, end = await _result(under_way), self.clock.now() + LONGEST
        # Who is denied now is denied again in five seconds: every time would be another entry of the ledger.
        while _unknown(result) and DECISION not in result.meta and self.clock.now() < end:
            await asyncio.sleep(self.pause)
            result = await self._settled(work)
        return result

    async def _settled(self, work: _Work) -> Result:
        """What the same call again says became of the effect, which may have been sent for; unknown for any answer that
        does not say it. Raises Unauthorized.

        It has a time of its own: that of the request which the task began with may be over.
        """
        try:
            with deadline.within(REPEAT_MS):
                result = plain(await self._call(work))
        except Unauthorized:
            raise
        except TollgateError as error:
            result = failed(error)
        code = result.meta.get(ERROR, {}).get("code", "")
        says = not result.is_error or RECEIPT in result.meta or (code and settles(failure(code, "")))
        if says:
            return result
        unsure = failed(OutcomeUnknown(f"It may have been done; nobody can say ({code or 'denied'})."))
        denied = {DECISION: result.meta[DECISION]} if DECISION in result.meta else {}
        return replace(unsure, meta={**unsure.meta, **denied})

    async def _undone(self, work: _Work, result: Result) -> Json:
        """A cancelled task's end: what was made is released again, and what is kept after all is said."""
        told: Json = {"status": "cancelled", "_meta": result.meta}
        if RECEIPT not in result.meta:
            done = "Whether anything was done is not known." if _unknown(result) else "Nothing was done."
            return {**told, "statusMessage": done}
        receipt = Receipt.model_validate(result.meta[RECEIPT])
        kept = []
        for resource in receipt.resources:
            arguments = {"resource": resource.model_dump(mode="json"), "tenant": work.principal.tenant}
            if "cloud" in work.asked["arguments"]:
                arguments["cloud"] = resource.cloud
            with deadline.within(REPEAT_MS):
                released = await _result(self.service.call(work.headers, "release_resource", arguments, {}))
            if released.is_error:
                kept.append(f"{resource.kind} {resource.id} is kept ({released.text})")
        if not receipt.resources:
            kept = [f"What {receipt.tool} changed stays changed."]
        return {**told, "statusMessage": " ".join(kept) or "What was made has been released again."}

    def _event(self, task: str, principal: Principal, kind: str, body: Json) -> Event:
        return Event(run=_run(task), tenant=principal.tenant, kind=kind, body=body, at=self.clock.now())


def _unknown(result: Result) -> bool:
    return bool(result.meta.get(ERROR, {}).get("code") == OutcomeUnknown.code)


async def _result(work: Awaitable[Result]) -> Result:
    try:
        return plain(await work)
    except TollgateError as error:
        return failed(error)


def _run(task: str) -> str:
    """Where a task's entries are found in the ledger."""
    return f"task-{task}"


def _named(meta: Json) -> Json:
    """What of a request's `_meta` says which effect it is, and in which version."""
    return {name: meta[name] for name in (RUN, STEP, SINCE, VERSION) if name in meta}
