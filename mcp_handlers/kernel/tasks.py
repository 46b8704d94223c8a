"""The Tasks extension on the wire (`io.modelcontextprotocol/tasks`, 2026-07-28): a call may be answered with a handle.

The kernel knows the shapes; whoever keeps tasks is a `Tasks`. A function keeps none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from mcp_handlers.kernel.result import Result
from mcp_handlers.kernel.wire import INVALID_PARAMS, META, RpcError
from workflow.model.base import Json
from workflow.model.errors import Cancelled

EXTENSION = "io.modelcontextprotocol/tasks"
METHODS = ("tasks/get", "tasks/cancel", "tasks/update")
MISSING_CAPABILITY = -32021
POLL_MS = 2_000
"""How long a client should wait between two questions."""


class Tasks(Protocol):
    """Keeps calls that go on after they were answered."""

    async def call(self, headers: Mapping[str, str], tool: str, arguments: Json, meta: Json) -> Result:
        """A Service's call that may give a Handle for an answer. The client is known to take one."""

    async def state(self, headers: Mapping[str, str], task: str, *, waits: bool) -> Json | None:
        """The task as `tasks/get` tells it; None where the caller has no such task. One that is at work is given a
        moment to end if the caller `waits`. Raises Unauthorized."""

    async def cancel(self, headers: Mapping[str, str], task: str) -> None:
        """The caller no longer wants a task that `state` has just told. Raises Unauthorized."""


@dataclass
class Wish:
    """Whether a call is still wanted, and whether its effect has been sent for."""

    cancelled: bool = False
    sent: bool = False


_wish: ContextVar[Wish | None] = ContextVar("wish", default=None)


@contextmanager
def wished(wish: Wish) -> Iterator[None]:
    """Everything in this block, and every task that is begun in it, is done as long as this is wished for."""
    token = _wish.set(wish)
    try:
        yield
    finally:
        _wish.reset(token)


def send() -> None:
    """To be asked before an effect is sent for. Raises Cancelled where it is no longer wanted; once sent, an effect is
    asked after until it is known, wanted or not."""
    wish = _wish.get()
    if wish is None:
        return
    if wish.cancelled and not wish.sent:
        raise Cancelled("The task was cancelled before anything was done.")
    wish.sent = True


Status = Literal["working", "completed", "failed", "cancelled"]


def told(task: str, began: datetime, updated: datetime, status: Status) -> Json:
    """A task's own fields. It is kept for as long as the ledger is."""
    return {
        "taskId": task,
        "status": status,
        "createdAt": began.isoformat(),
        "lastUpdatedAt": updated.isoformat(),
        "ttlMs": None,
        "pollIntervalMs": POLL_MS,
    }


@dataclass(frozen=True)
class Handle(Result):
    """A call's answer while the call goes on."""

    task: Json = field(default_factory=dict)

    def wire(self) -> Json:
        """As the extension's CreateTaskResult."""
        return {"resultType": "task", **self.task}


def handle(task: str, began: datetime) -> Handle:
    """The handle of a task that has just begun."""
    return Handle("", None, False, {}, told(task, began, began, "working"))


def declared(meta: Json) -> bool:
    """Whether this request's client says that it understands tasks."""
    capabilities = meta.get(META + "clientCapabilities")
    extensions = capabilities.get("extensions") if isinstance(capabilities, dict) else None
    return isinstance(extensions, dict) and isinstance(extensions.get(EXTENSION), dict)


async def answer(tasks: Tasks, headers: Mapping[str, str], method: str, params: Json) -> Json:
    """One of METHODS. A task asks nothing, so there is nothing to update. Raises RpcError and Unauthorized."""
    if not declared(params.get("_meta") or {}):
        needed: Json = {"requiredCapabilities": {"extensions": {EXTENSION: {}}}}
        raise RpcError(MISSING_CAPABILITY, f"The client did not declare {EXTENSION}", needed)
    task = params.get("taskId")
    waits = method == "tasks/get"
    state = await tasks.state(headers, task, waits=waits) if isinstance(task, str) else None
    if state is None:
        raise RpcError(INVALID_PARAMS, "Unknown task")
    if method == "tasks/cancel" and state["status"] == "working":
        await tasks.cancel(headers, state["taskId"])
    return state if waits else {}
