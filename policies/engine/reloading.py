"""The gate in process over policies that may change: read again when their files do, and only let in if they pass."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from policies.engine.bundle import BadBundle
from policies.engine.embedded import Embedded
from policies.engine.source import Mark, Source
from policies.engine.trial import tried
from workflow.model.base import Json
from workflow.model.decision import Decision

LOADED, REFUSED = "policy.loaded", "policy.refused"
EVERY = 1.0
"""Seconds between two looks at the files."""

Heard = Callable[[str, Json], Awaitable[None]]
log = logging.getLogger(__name__)


async def logged(kind: str, body: Json) -> None:
    """What is heard of the policies, to the log alone."""
    log.log(logging.WARNING if kind == REFUSED else logging.INFO, "%s %s", kind, body)


class Reloading:
    """The Gate port over a Source. Raises BadBundle at the start for one that does not pass.

    Each decision is made by one bundle and names it. A look at the files delays no decision: it is taken beside them,
    and the new bundle comes into force between two. One that does not pass is refused, and `heard` is told; the old
    one stays.
    """

    def __init__(self, source: Source, heard: Heard = logged, *, every: float = EVERY) -> None:
        self.heard = heard
        self._source, self._every = source, every
        self._mark = source.mark()
        self._gate = Embedded() if source.packaged else Embedded(tried(source.read(), source.path.name).insist())
        self._looked = time.monotonic()
        self._looking: asyncio.Task[None] | None = None

    @property
    def revision(self) -> str:
        """Digest of the bundle in force."""
        return self._gate.revision

    async def decide(self, question: Json) -> Decision:
        """Judge one question by the bundle in force."""
        if time.monotonic() - self._looked >= self._every and (self._looking is None or self._looking.done()):
            self._looked = time.monotonic()
            self._looking = asyncio.create_task(self.look())
        return await self._gate.decide(question)

    async def look(self) -> None:
        """Take what has changed into force, if it passes."""
        try:
            mark, gate = await asyncio.to_thread(self._changed)
        except BadBundle as error:
            # Whatever it says now it was refused for; another change is looked at again.
            await self.heard(REFUSED, {"reason": error.message, "in_force": self.revision})
            return
        if gate is not None and gate.revision != self.revision:
            before, self._gate = self.revision, gate
            await self.heard(LOADED, {"revision": gate.revision, "before": before})
        self._mark = mark

    def _changed(self) -> tuple[Mark, Embedded | None]:
        mark = self._source.mark()
        if mark == self._mark:
            return mark, None
        texts = self._source.read()
        if self._source.mark() != mark:
            # Somebody is at work on them.
            return self._mark, None
        self._mark = mark
        return mark, Embedded(tried(texts, self._source.path.name).insist())
