"""Writes that go on after they were answered, so that nobody holds a connection while a machine starts.

A task is two entries of the ledger: what was asked, before its handle is given away, and what came of it. The process
may die in between: then whoever asks for the task sends its call again, and the key makes that the same effect.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from mcp_handlers.kernel import faults
from mcp_handlers.kernel.elicit import plain
from mcp_handlers.kernel.endpoint import Service
from mcp_handlers.kernel.identity import Identity
from mcp_handlers.kernel.result import Result, failed
from mcp_handlers.kernel.tasks import Status, handle, told
from mcp_handlers.kernel.wire import INTERNAL_ERROR
from mcp_handlers.tools.contract import Tool
from workflow.control.front import RUN, STEP
from workflow.model.base import Json
from workflow.model.errors import TollgateError
from workflow.model.ports import Clock, Event, Store
from workflow.model.workload import Principal

BEGAN = "task.began"
ENDED = "task.ended"
PATIENCE = 1.0
"""Seconds. What is done sooner is answered plainly: asking again would only take longer."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Background:
    """Tasks over the service that performs the calls. `_running` are those that this process is at work on."""

    service: Service
    tools: Mapping[str, Tool]
    store: Store
    identity: Identity
    clock: Clock
    patience: float = PATIENCE
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def call(self, headers: Mapping[str, str], tool: str, arguments: Json, meta: Json) -> Result:
        """The call's own answer if it is quick or a read, else a handle. Raises what the service raises."""
        if self.tools[tool].risk == "read":
            return await self.service.call(headers, tool, arguments, meta)
        principal = await self.identity.authenticate(headers, writes=True)
        work = asyncio.create_task(self.service.call(headers, tool, arguments, meta))
        await asyncio.wait({work}, timeout=self.patience)
        if work.done():
            return work.result()
        task = secrets.token_urlsafe(24)
        asked = {"principal": principal.id, "tool": tool, "arguments": arguments, "meta": _run_of(meta)}
        self._follow(task, principal, work)
        began = await self.store.append(self._event(task, principal, BEGAN, asked))
        return handle(task, began.event.at)

    async def state(self, headers: Mapping[str, str], task: str) -> Json | None:
        """The task as `tasks/get` tells it; None for what is not this principal's."""
        principal = await self.identity.authenticate(headers, writes=False)
        entries = {entry.event.kind: entry.event for entry in await self.store.entries(run=_run(task))}
        began, ended = entries.get(BEGAN), entries.get(ENDED)
        if began is None or (began.tenant, began.body["principal"]) != (principal.tenant, principal.id):
            return None
        if ended is not None:
            status: Status = "failed" if "error" in ended.body else "completed"
            return {**told(task, began.at, ended.at, status), **ended.body}
        if task not in self._running:
            self._again(headers, task, principal, began.body)
        return told(task, began.at, self.clock.now(), "working")

    def _again(self, headers: Mapping[str, str], task: str, principal: Principal, asked: Json) -> None:
        """The process that began it is gone: the same call, with the caller's token of now."""
        work = asyncio.create_task(self.service.call(headers, asked["tool"], asked["arguments"], asked["meta"]))
        self._follow(task, principal, work)

    def _follow(self, task: str, principal: Principal, work: asyncio.Task[Result]) -> None:
        self._running[task] = asyncio.create_task(self._end(task, principal, work))

    async def _end(self, task: str, principal: Principal, work: asyncio.Task[Result]) -> None:
        try:
            came = {"result": {"resultType": "complete", **(await _result(work)).wire()}}
        except Exception as error:  # noqa: BLE001 - whatever it is, the task has an end
            log.error("unexpected %s in task %s", faults.told(error), task)
            came = {"error": {"code": INTERNAL_ERROR, "message": "Internal error"}}
        try:
            await self.store.append(self._event(task, principal, ENDED, came))
        finally:
            del self._running[task]

    def _event(self, task: str, principal: Principal, kind: str, body: Json) -> Event:
        return Event(run=_run(task), tenant=principal.tenant, kind=kind, body=body, at=self.clock.now())


async def _result(work: asyncio.Task[Result]) -> Result:
    try:
        return plain(await work)
    except TollgateError as error:
        return failed(error)


def _run(task: str) -> str:
    """Where a task's entries are found in the ledger."""
    return f"task-{task}"


def _run_of(meta: Json) -> Json:
    """What of a request's `_meta` says which effect it is: the run and the step."""
    return {name: meta[name] for name in (RUN, STEP) if name in meta}
