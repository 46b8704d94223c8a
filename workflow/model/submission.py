"""A demand as it comes in through any door: kept once, due at once, in nobody's hand yet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from pydantic import Field

from workflow.model.base import Noun
from workflow.model.principal import Name
from workflow.model.run import Run

if TYPE_CHECKING:
    from workflow.model.ports import Event

MAX_KEY = 200
"""Characters of a caller's key, which are printable ASCII."""


class Claim(Noun):
    """A caller's own name for one demand: the `key` of `owner` in `tenant`, taken by `run`. `digest` is that of what
    was demanded under it, so that the same key with other words is noticed."""

    tenant: Name
    owner: Name
    key: str = Field(pattern=r"^[\x20-\x7e]+$", max_length=MAX_KEY)
    digest: str
    run: str


class Submissions(Protocol):
    """What came in and is to be begun by whoever comes first."""

    async def submit_run(self, run: Run, event: Event, now: datetime, claim: Claim | None = None) -> Claim | None:
        """Keep a new run, due at once, with the event that says so and the claim on its key, together or not at all.

        Where the key was claimed before nothing is kept, and that claim is returned; None where the run is new.
        """
