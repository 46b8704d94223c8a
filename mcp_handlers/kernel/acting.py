"""In whose right a call is performed: the port through which a cloud gives a tool no more than the call needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from workflow.model.base import Json


@dataclass(frozen=True)
class Work:
    """One call that the gate has let through. `run` is empty for a read, `region` where the call acts, if it says so;
    `arguments` are exact, as they were judged."""

    tool: str
    tenant: str
    principal: str
    run: str
    region: str
    arguments: Json


class Roles(Protocol):
    """A cloud's `role.py`: the way to the cloud with the tool's own role, narrowed to the work where the cloud can."""

    def clients(self, work: Work) -> object:
        """What the tool's handler is given. Nothing is sent before it is used. Raises NoPermission."""
