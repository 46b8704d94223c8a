"""The events that wait for one Lambda process, and the callers that wait for its answers. One event at a time."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any


class Failed(RuntimeError):
    """The function raised, or could not be loaded; the message is what its runtime client reported."""


@dataclass(frozen=True)
class Invocation:
    """One event on its way, and where its answer goes."""

    event: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    answer: asyncio.Future[bytes] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass
class Queue:
    """Hands out events in turn, and the answers back."""

    waiting: asyncio.Queue[Invocation] = field(default_factory=asyncio.Queue)
    underway: dict[str, Invocation] = field(default_factory=dict)

    async def invoke(self, event: dict[str, Any]) -> bytes:
        """The function's answer. Raises Failed."""
        invocation = Invocation(event)
        await self.waiting.put(invocation)
        return await invocation.answer

    async def next(self) -> Invocation:
        """The next event, as soon as there is one."""
        invocation = await self.waiting.get()
        self.underway[invocation.id] = invocation
        return invocation

    def answered(self, name: str, body: bytes) -> None:
        """What the function returned."""
        self._end(name).set_result(body)

    def failed(self, name: str, report: str) -> None:
        """What the function raised."""
        self._end(name).set_exception(Failed(report))

    def _end(self, name: str) -> asyncio.Future[bytes]:
        return self.underway.pop(name).answer
