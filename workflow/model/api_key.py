"""A service's key to the control plane."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from workflow.model.base import Noun
from workflow.model.principal import Principal


class ApiKey(Noun):
    """Who calls with it and until when. `digest` is the SHA-256 of its secret part, in hex."""

    id: str = Field(pattern=r"^[0-9a-f]{12}$")
    principal: Principal
    digest: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is good."""
        return self.revoked_at is None and self.created_at <= now < self.expires_at
