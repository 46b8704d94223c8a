"""What stops things in an emergency: freezes and revocations, and where they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, Self

from pydantic import Field, model_validator

from workflow.model.base import Noun
from workflow.model.principal import Name

if TYPE_CHECKING:
    from workflow.model.ports import Event

Scope = Literal["global", "tenant", "cloud"]
Revocable = Literal["key", "tenant", "principal"]
REASON = 500
"""The longest reason, in characters."""


class Freeze(Noun):
    """Writes are stopped: everywhere, for one tenant or on one cloud, whose name is `name` (global: empty)."""

    scope: Scope
    name: Name | Literal[""] = ""
    reason: str = Field(min_length=1, max_length=REASON)

    @model_validator(mode="after")
    def _names_its_scope(self) -> Self:
        if bool(self.name) != (self.scope != "global"):
            raise ValueError("a freeze of a tenant or a cloud names it, and a global one nothing")
        return self


class Stop(Freeze):
    """A Freeze that was set: by whom and when."""

    who: str
    at: datetime

    @property
    def freeze(self) -> Freeze:
        """As the gate is told of it."""
        return Freeze(scope=self.scope, name=self.name, reason=self.reason)


class Revocation(Noun):
    """Nothing that a key signed, or that a tenant or a principal asks, counts any more."""

    kind: Revocable
    name: Name
    reason: str = Field(min_length=1, max_length=REASON)
    who: str
    at: datetime


class Emergencies(Protocol):
    """What was stopped. The event is kept where something changed, in the same transaction."""

    async def list_freezes(self) -> Sequence[Stop]:
        """Those that are on, oldest first."""

    async def freeze(self, stop: Stop, event: Event) -> bool:
        """Stop writes; False where they were stopped there before, and it stays as it was."""

    async def unfreeze(self, scope: str, name: str, event: Event) -> bool:
        """Let writes go on; False where they were not stopped."""

    async def list_revocations(self) -> Sequence[Revocation]:
        """Those that hold, oldest first."""

    async def revoke(self, revocation: Revocation, event: Event) -> bool:
        """Revoke; False where it was revoked before, and it stays as it was."""

    async def restore(self, kind: str, name: str, event: Event) -> bool:
        """Take a revocation back; False where there was none."""
