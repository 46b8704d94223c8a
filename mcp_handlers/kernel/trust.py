"""Whose signature a function believes, and what was revoked: one document, read again all the time.

The control plane writes it and dates it (`at`). A function reads it again when it is `FRESH_SECONDS` old, and at once
where a token names a key that is not in it, so a new key works and a revoked one stops within a minute. A function
that cannot read it refuses: writes when the document's own date is `WRITE_SECONDS` past, since nobody can tell what was
revoked meanwhile; reads when it is `READ_SECONDS` past, which is as long as a token of the control plane holds.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from mcp_handlers.kernel.jws import SKEW_SECONDS, Keys
from workflow.model.errors import TrustUnknown

if TYPE_CHECKING:
    from workflow.model.ports import Clock

FRESH_SECONDS = 20
"""After this a document is read again."""
EARLY_SECONDS = 5
"""How long a reading stands against a token with an unknown key, and against a place that just failed."""
WRITE_SECONDS = 60
READ_SECONDS = 15 * 60


class Trust(Protocol):
    """Keys to check a token with."""

    async def trusted(self, kid: str, *, writes: bool) -> Keys:
        """The keys as they are believed now. `kid` is the one that the token names ("": whichever there are). Raises
        TrustUnknown."""


@dataclass(frozen=True)
class Reading:
    """What was read, the document's own date in seconds since 1970, and when it was read."""

    keys: Keys
    at: float
    seen: datetime


class Published:
    """The `Trust` port over a document that others keep writing.

    `read` gives its bytes and may raise OSError; `remote` says that it takes long enough for a thread of its own.
    With `local`, keys of this machine's own control plane are believed, and a document without a date is of now.
    """

    def __init__(self, read: Callable[[], bytes], clock: Clock, *, local: bool = False, remote: bool = False) -> None:
        self._read, self._clock, self._local, self._remote = read, clock, local, remote
        self._known: Reading | None = None
        self._tried: datetime | None = None
        self._trouble = ""
        self._turn = threading.Lock()

    async def trusted(self, kid: str, *, writes: bool) -> Keys:
        """See `Trust`. While the document is being read again, calls that can do with what is known go on."""
        if self._due(kid):
            wait = self._too_old(writes) or not self._knows(kid)
            if self._remote:
                await asyncio.to_thread(self._again, kid, wait=wait)
            else:
                self._again(kid, wait=wait)
        if self._known is None:
            raise TrustUnknown(f"The control plane's keys cannot be read{self._trouble}: nobody can be recognised.")
        if self._too_old(writes):
            age = self._clock.now().timestamp() - self._known.at
            old = f"The list of revocations is {age:.0f} s old and cannot be read anew{self._trouble}"
            raise TrustUnknown(f"{old}: no {'write' if writes else 'call'} is performed.")
        return self._known.keys

    def _knows(self, kid: str) -> bool:
        return self._known is not None and (not kid or self._known.keys.knows(kid))

    def _due(self, kid: str) -> bool:
        fresh = self._known is not None and self._since(self._known.seen) < FRESH_SECONDS
        return not (fresh and self._knows(kid)) and self._since(self._tried) >= EARLY_SECONDS

    def _again(self, kid: str, *, wait: bool) -> None:
        if not self._turn.acquire(blocking=wait):
            return
        try:
            # Whoever waited here finds that it was done meanwhile.
            if self._due(kid):
                self._attempt()
        finally:
            self._turn.release()

    def _attempt(self) -> None:
        try:
            self._known, self._trouble = self._reading(self._clock.now()), ""
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            # What was known stays, and grows old.
            self._trouble = f" ({type(error).__name__})"
        finally:
            self._tried = self._clock.now()

    def _reading(self, seen: datetime) -> Reading:
        document = json.loads(self._read())
        at = document.get("at", seen.timestamp() if self._local else 0)
        return Reading(Keys(document, local=self._local), float(at), seen)

    def _too_old(self, writes: bool) -> bool:
        """True also for a document from further in the future than two clocks may differ: one of them is wrong."""
        if self._known is None:
            return True
        age = self._clock.now().timestamp() - self._known.at
        return not -SKEW_SECONDS <= age <= (WRITE_SECONDS if writes else READ_SECONDS)

    def _since(self, moment: datetime | None) -> float:
        """Seconds; a clock that was put back makes everything old."""
        passed = float("inf") if moment is None else (self._clock.now() - moment).total_seconds()
        return passed if passed >= 0 else float("inf")
