"""What was revoked and what is switched off, together: asked for every call of the control plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from workflow.model.emergency import Revocation
from workflow.model.switch import Switch


class Standings(Protocol):
    """The two lists, as one state of the store has them."""

    async def list_standing(self) -> tuple[Sequence[Revocation], Sequence[Switch]]:
        """Those that hold, each oldest first."""
